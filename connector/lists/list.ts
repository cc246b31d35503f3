import { sql } from 'kysely';
import type { Db } from '../store/store.ts';
import { type Position, readCursor, writeCursor } from './cursor.ts';
import { all, type Condition, compileFilter, containing, type FieldTable } from './fields.ts';
import { InvalidField } from './invalid-field.ts';

/** One list: what is selected, by what it can be filtered, sorted and searched. `id` is unique and not null. */
export interface ListResource {
  select: Condition;
  from: Condition;
  id: string;
  fields: FieldTable;
  /** A field, or `-field`. */
  defaultSort: string;
  /** Lower-case text in which every word of `q` must be found. */
  search: Condition;
  /** Sorted by an index within one account, and long: a search first looks at the beginning of that order. */
  long?: boolean;
}

/** What was asked for: contract ListQuery without the account, which is part of `within`. */
export interface ListRequest {
  q?: string | undefined;
  filter?: string | readonly string[] | undefined;
  sort?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** The rows that the caller may see, as a condition; `indexed` when it is one account. */
export interface Within {
  condition: Condition;
  indexed: boolean;
}

interface ListAnswer<Row> {
  rows: Row[];
  nextCursor: string | null;
  total: number;
}

const MAX_WORDS = 8;
/** Rows of the sort order that a search looks at first: finds frequent text in milliseconds (measured). */
const PROBE_ROWS = 1000;

interface Sort {
  text: string;
  column: Condition;
  descending: boolean;
  nullable: boolean;
}

function sortOf(resource: ListResource, text: string): Sort {
  const descending = text.startsWith('-');
  const name = descending ? text.slice(1) : text;
  const field = Object.hasOwn(resource.fields, name) ? resource.fields[name] : undefined;
  if (field?.sort !== true || field.kind === 'computed') {
    const sortable = Object.keys(resource.fields).filter((key) => resource.fields[key]?.sort);
    throw new InvalidField('sort', `must be one of ${sortable.join(', ')}, with a minus before it for descending`);
  }
  return { text, column: sql.ref(field.column), descending, nullable: field.nullable === true };
}

/** Rows after the position in the order (value, id), nothing counting as the lowest value. */
function after({ column, descending, nullable }: Sort, { value, id }: Position, idColumn: Condition): Condition {
  const further = descending ? sql`<` : sql`>`;
  const laterId = sql`${idColumn} ${further} ${id}`;
  if (value === null) {
    const sameValue = sql`(${column} is null and ${laterId})`;
    return descending ? sameValue : sql`(${sameValue} or ${column} is not null)`;
  }
  // The plain range comes first and alone, so that an index on the column can be entered at it.
  const range = sql`(${column} ${descending ? sql`<=` : sql`>=`} ${value} and (${column} ${further} ${value} or ${laterId}))`;
  return descending && nullable ? sql`(${range} or ${column} is null)` : range;
}

function orderBy({ descending, nullable }: Sort, value: Condition, id: Condition): Condition {
  const way = descending ? sql`desc` : sql`asc`;
  const nulls = nullable ? (descending ? sql`nulls last` : sql`nulls first`) : sql``;
  return sql`order by ${value} ${way} ${nulls}, ${id} ${way}`;
}

/** What the client's filters and search come to. @throws InvalidField */
export function compileWhere(
  resource: ListResource,
  request: Pick<ListRequest, 'q' | 'filter'>,
  now: number,
): Condition[] {
  const filters = request.filter === undefined ? [] : [request.filter].flat();
  const words = (request.q ?? '')
    .normalize('NFC')
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  return [
    ...filters.map((filter) => compileFilter(filter, resource.fields, now)),
    ...words.slice(0, MAX_WORDS).map((word) => containing(resource.search, word)),
  ];
}

/** Reads one page in a stable order with the number of all matches. @throws InvalidField */
export async function readList<Row>(
  db: Db,
  resource: ListResource,
  within: Within,
  request: ListRequest,
  now: number,
): Promise<ListAnswer<Row>> {
  const wanted = compileWhere(resource, request, now);
  const page = await readPage<Row>(db, resource, within, request, wanted);
  const total = page.total ?? (await count(db, resource, [within.condition, ...wanted]));
  return { rows: page.rows, nextCursor: page.nextCursor, total };
}

/** One row by its id, of whatever tenant: the caller judges before it answers. */
export async function readOne<Row>(db: Db, resource: ListResource, id: string): Promise<Row | undefined> {
  const { rows } = await sql<Row>`select ${resource.select} from ${resource.from}
    where ${sql.ref(resource.id)} = ${id}`.execute(db);
  return rows[0];
}

/** Reads every match in order, page by page, so that a slow reader never holds the database. @throws InvalidField */
export async function* readAll<Row, Item>(
  db: Db,
  resource: ListResource,
  within: Within,
  request: Omit<ListRequest, 'cursor' | 'limit'>,
  now: number,
  itemOf: (row: Row) => Item,
): AsyncGenerator<Item[]> {
  const wanted = compileWhere(resource, request, now);
  let cursor: string | undefined;
  do {
    const page = await readPage<Row>(db, resource, within, { ...request, cursor, limit: 1000 }, wanted, false);
    yield page.rows.map(itemOf);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** How many rows match. */
async function count(db: Db, resource: ListResource, conditions: readonly Condition[]): Promise<number> {
  const { rows } = await sql<{
    n: number;
  }>`select count(*) as n from ${resource.from} where ${all(conditions)}`.execute(db);
  return rows[0]?.n ?? 0;
}

interface Found {
  list_id: string;
  list_value: string | number | null;
  list_total?: number;
}

async function readPage<Row>(
  db: Db,
  resource: ListResource,
  within: Within,
  request: ListRequest,
  wanted: readonly Condition[],
  probe = true,
): Promise<{ rows: Row[]; nextCursor: string | null; total?: number }> {
  const sort = sortOf(resource, request.sort ?? resource.defaultSort);
  const id = sql.ref(resource.id);
  const position = request.cursor === undefined ? undefined : readCursor(request.cursor, sort.text);
  const keyset = position === undefined ? [] : [after(sort, position, id)];
  const order = orderBy(sort, sort.column, id);
  const key = sql`${id} as list_id, ${sort.column} as list_value`;
  const full = (where: Condition, from = resource.from) =>
    sql<Row & Found>`select ${resource.select}, ${key} from ${from} where ${where} ${order} limit ${request.limit + 1}`;
  const answer = (rows: (Row & Found)[], total?: number) => {
    const last = rows.length > request.limit ? rows[request.limit - 1] : undefined;
    const nextCursor = last === undefined ? null : writeCursor(sort.text, { value: last.list_value, id: last.list_id });
    return { rows: rows.slice(0, request.limit), nextCursor, ...(total === undefined ? {} : { total }) };
  };

  if (resource.long !== true || !within.indexed || !probe || wanted.length === 0) {
    return answer((await full(all([within.condition, ...keyset, ...wanted])).execute(db)).rows);
  }
  // Walking the order is quick for frequent text and slow for rare text, where one pass over all rows is quicker.
  const head = sql`select ${id} from ${resource.from} where ${all([within.condition, ...keyset])} ${order} limit ${PROBE_ROWS}`;
  const near = await full(sql`${id} in (${head}) and ${all(wanted)}`).execute(db);
  if (near.rows.length > request.limit) return answer(near.rows);
  // Only the rows of the page are read whole; what matches is ordered by what was found of it.
  const found = { value: sql.ref('list_value'), id: sql.ref('list_id') };
  const later = position === undefined ? sql`1 = 1` : after({ ...sort, column: found.value }, position, found.id);
  const matches = sql`matches as materialized (select ${key} from ${resource.from} where ${all([within.condition, ...wanted])})`;
  const rest = sql`rest as materialized (select * from matches where ${later} ${orderBy(sort, found.value, found.id)} limit ${request.limit + 1})`;
  const far = await sql<Row & Found>`with ${matches}, ${rest}
    select ${resource.select}, rest.*, (select count(*) from matches) as list_total
    from rest cross join ${resource.from} where ${id} = list_id ${orderBy(sort, found.value, found.id)}`.execute(db);
  // Without rows on the first page nothing matches; on a later one their number is not known from here.
  return answer(far.rows, far.rows[0]?.list_total ?? (position === undefined ? 0 : undefined));
}
