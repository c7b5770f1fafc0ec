-- The table @table_text@, as the sync needs it. Paste the whole file into
-- the SQL editor of the Supabase dashboard, or run it with psql as the owner
-- of the table. It creates the table, or adds what an existing one lacks, and
-- may be run again at any time. No row is changed.

begin;
set local client_min_messages = warning;

-- A new table is for the service role only: row-level security is on, and
-- there is no policy. An existing table keeps what it has: see below.
do $$
begin
  if to_regclass('@table@') is null then
    create table @table@ (
      @id@ uuid primary key default gen_random_uuid()
    );
    alter table @table@ enable row level security;
  end if;
end $$;

alter table @table@
  add column if not exists @decision@ text,
  add column if not exists @type@ text,
  add column if not exists @date@ date,
  add column if not exists @created_at@ timestamptz default now(),
  add column if not exists @updated_at@ timestamptz default now(),
  -- the page that the row is paired with; the sync writes these three
  add column if not exists @notion_page_id@ text,
  add column if not exists @notion_synced@ boolean default false,
  add column if not exists @checksum@ text,
  -- a row with a time here is deleted, and can be brought back
  add column if not exists @deleted_at@ timestamptz;

-- One row per page. A plain index, not a partial one: many rows may have no
-- page, and PostgREST could not use a partial index for on_conflict.
do $$
begin
  if exists (
    select from pg_index i
    where i.indrelid = '@table@'::regclass
      and i.indisunique and i.indpred is null and i.indnkeyatts = 1
      and i.indkey[0] = (
        select attnum from pg_attribute
        where attrelid = i.indrelid and attname = '@link_text@')
  ) then
    return;
  end if;
  if exists (
    select from @table@
    where @notion_page_id@ is not null
    group by @notion_page_id@ having count(*) > 1
  ) then
    raise warning 'some rows share a @link_text@: no unique index was created; the sync leaves such rows alone and reports them. Clear the link of all but one, and run this again.';
    return;
  end if;
  create unique index @key@
    on @table@ (@notion_page_id@);
end $$;

-- @updated_text@ is set by every change of the decision, by anyone, so that the
-- later edit of a conflict is known. The sync's own marks and other columns
-- don't set it. An existing moddatetime trigger is kept instead.
create or replace function @touch@() returns trigger
language plpgsql set search_path = '' as $$
begin
  if (new.@decision@, new.@type@, new.@date@, new.@deleted_at@)
     is distinct from (old.@decision@, old.@type@, old.@date@, old.@deleted_at@) then
    new.@updated_at@ := now();
  end if;
  return new;
end $$;

do $$
begin
  if not exists (
    select from pg_trigger
    where tgrelid = '@table@'::regclass and not tgisinternal
      and (tgname = '@touch_text@'
           or tgfoid in (select oid from pg_proc where proname = 'moddatetime'))
  ) then
    create trigger @touch_name@
      before update on @table@
      for each row execute function @touch@();
  end if;
end $$;

-- Only what the sync needs: it never deletes a row.
do $$
begin
  if exists (select from pg_roles where rolname = 'service_role') then
    grant usage on schema @schema@ to service_role;
    grant select, insert, update on @table@ to service_role;
  end if;
end $$;

-- Row-level security is not switched on without asking: an app that reads an
-- existing table with the public key would see no rows from then on. Instead,
-- a notice says who can read the table, and gives the lines to change that.
set local client_min_messages = notice;
do $$
declare
  readers text := (
    select string_agg(rolname, ' and ' order by rolname) from pg_roles
    where rolname in ('anon', 'authenticated')
      and has_table_privilege(rolname, '@table@', 'select'));
begin
  if (select relrowsecurity from pg_class
      where oid = '@table@'::regclass) then
    return;
  end if;
  raise notice 'The table existed before; its row-level security is off, and was left off. % To close the table to all but the service role, run the first of these lines; to let an app continue to read it with the public key, run both:
alter table @table@ enable row level security;
create policy "everybody reads" on @table@ for select to anon, authenticated using (true);',
    case when readers is null
      then 'No grant lets anybody read it with the public key.'
      else 'Everybody who has the project''s public key can read it (as ' || readers || ').'
    end;
end $$;

commit;

-- Makes the Data API read the table's columns again.
notify pgrst, 'reload schema';
