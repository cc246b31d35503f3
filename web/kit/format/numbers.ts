const grouped = new Intl.NumberFormat('en-GB');

/** A whole number with separators: "12,345". */
export const count = (value: number): string => grouped.format(value);

/** A count with its noun: "1 user", "12,345 users". */
export const counted = (value: number, one: string, many: string): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Bytes of a queue or a message, in the largest fitting binary unit: "0 B", "12 KiB", "3.4 MiB". */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 ** 2) return `${(value / 1024).toFixed(0)} KiB`;
  if (value < 1024 ** 3) return `${(value / 1024 ** 2).toFixed(1)} MiB`;
  return `${(value / 1024 ** 3).toFixed(2)} GiB`;
}

/** Sizes of memory and disks, always with two decimals, in MiB below one GiB and in GiB from there on (INV-27). */
export function capacity(value: number): string {
  return value < 1024 ** 3 ? `${(value / 1024 ** 2).toFixed(2)} MiB` : `${(value / 1024 ** 3).toFixed(2)} GiB`;
}
