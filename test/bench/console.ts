import { lists } from './console-lists.ts';
import type { Findings } from './report.ts';

/** What the console costs people who wait for it; each part by itself. */
export async function consoleBench({ say }: { say: (text: string) => void }): Promise<Findings> {
  const listed = await lists(say);
  return { bars: listed.bars, figures: { lists: listed.figures } };
}
