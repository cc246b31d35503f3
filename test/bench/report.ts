/** A limit that the product sets itself. It holds when the value is at most the limit. */
export interface Bar {
  name: string;
  value: number;
  limit: number;
}

/** What a bench found; figures explain the bars and have no limits. */
export interface Findings {
  bars: Bar[];
  figures: Record<string, unknown>;
}

/** The last line of a bench. */
export function toLine(bench: string, { bars, figures }: Findings): string {
  const judged = bars.map((bar) => ({ ...bar, ok: bar.value <= bar.limit }));
  return JSON.stringify({ bench, ok: judged.every(({ ok }) => ok), bars: judged, figures });
}

/** The middle value; of an even number of them the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (low === undefined || high === undefined) throw new Error('no values were measured');
  return (low + high) / 2;
}

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));
