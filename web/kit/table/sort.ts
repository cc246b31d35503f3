/** The API's sort word (`field`, `-field`) and the table's sorting state, one into the other. */
interface Sortable {
  id: string;
  sort?: string;
}

export function toSorting(sort: string | undefined, columns: readonly Sortable[]): { id: string; desc: boolean }[] {
  if (sort === undefined) return [];
  const desc = sort.startsWith('-');
  const column = columns.find((one) => one.sort === (desc ? sort.slice(1) : sort));
  return column ? [{ id: column.id, desc }] : [];
}

export function fromSorting(
  sorting: readonly { id: string; desc: boolean }[],
  columns: readonly Sortable[],
): string | undefined {
  const [first] = sorting;
  const field = columns.find((one) => one.id === first?.id)?.sort;
  return field === undefined || first === undefined ? undefined : `${first.desc ? '-' : ''}${field}`;
}
