// What is checked, as the official clients' own types: a name for each request
// ("ask") and answer that the toolkit exchanges.
import type {
  CreateDatabaseParameters, CreatePageParameters, DatabaseObjectResponse, DataSourceObjectResponse,
  GetDatabaseParameters, GetDataSourceParameters, GetPageParameters, GetPagePropertyParameters,
  GetPagePropertyResponse, GetSelfResponse, ListBlockChildrenParameters, ListBlockChildrenResponse,
  PageObjectResponse, QueryDataSourceParameters, QueryDataSourceResponse, UpdateDataSourceParameters,
  UpdatePageParameters,
} from '@notionhq/client/build/src/api-endpoints';
import type { APIErrorCode } from '@notionhq/client';
import type { PostgrestError } from '@supabase/supabase-js';

export type getSelf_ask = Record<string, never>;
export type getSelf_answer = GetSelfResponse;
export type getDatabase_ask = GetDatabaseParameters;
export type getDatabase_answer = DatabaseObjectResponse;
export type createDatabase_ask = CreateDatabaseParameters;
export type createDatabase_answer = DatabaseObjectResponse;
export type getDataSource_ask = GetDataSourceParameters;
export type getDataSource_answer = DataSourceObjectResponse;
export type updateDataSource_ask = UpdateDataSourceParameters;
export type updateDataSource_answer = DataSourceObjectResponse;
export type queryDataSource_ask = QueryDataSourceParameters;
export type queryDataSource_answer = Omit<QueryDataSourceResponse, 'results'> & { results: PageObjectResponse[] };
export type createPage_ask = CreatePageParameters;
export type createPage_answer = PageObjectResponse;
export type getPage_ask = GetPageParameters;
export type getPage_answer = PageObjectResponse;
export type updatePage_ask = UpdatePageParameters;
export type updatePage_answer = PageObjectResponse;
export type getPageProperty_ask = GetPagePropertyParameters;
export type getPageProperty_answer = GetPagePropertyResponse;
export type listBlockChildren_ask = ListBlockChildrenParameters;
export type listBlockChildren_answer = ListBlockChildrenResponse;

export type notion_error = {
  object: 'error'; status: number; code: `${APIErrorCode}`; message: string;
  additional_data?: Record<string, unknown>;
};

// PostgREST answers null where the client's type says string.
export type supabase_error = Record<'code' | 'message', PostgrestError['code']> &
  Record<'details' | 'hint', PostgrestError['details'] | null>;

// The table of sql/decision_vault.sql, as `supabase gen types typescript` tells
// it. An answer has the columns that were selected.
type Row = {
  id: string; decision: string | null; type: string | null; date: string | null;
  created_at: string | null; updated_at: string | null; notion_page_id: string | null; notion_synced: boolean | null;
  checksum: string | null; deleted_at: string | null;
};
export type supabase_rows = Partial<Row>[];
export type supabase_row = Partial<Row>;
export type supabase_insert = Partial<Row>;
export type supabase_update = Partial<Row>;
export type supabase_column = keyof Row;
