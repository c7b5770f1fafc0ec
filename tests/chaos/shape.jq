# The dump of the sandbox without ids and times: each row with its page, and
# the pages that no row names.
def shape:
  def page: {decision, type, date: (.date | if . then {start, "end": .end} else null end),
    checksum, synced, in_trash, state, owner, notes};
  def row: {decision, type, date, checksum, notion_synced, deleted: (.deleted_at != null)};
  (map(select(.side == "notion")) | map({key: .id, value: .}) | from_entries) as $pages
  | map(select(.side == "supabase")) as $rows
  | ([$rows[].notion_page_id | values] | map({key: ., value: true}) | from_entries) as $claimed
  | [$rows[] | [row, ($pages[.notion_page_id // ""] | if . then page else null end)]]
    + [$pages[] | select($claimed[.id] | not) | [null, page]]
  | sort[];
