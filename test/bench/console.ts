import { changes } from './console-change.ts';
import { firstView } from './console-first-view.ts';
import { lighthouseScores } from './console-lighthouse.ts';
import { lists } from './console-lists.ts';
import type { Findings } from './report.ts';
import { wizardLighthouse } from './wizard-lighthouse.ts';

const PARTS = { lists, changes, firstView, lighthouse: lighthouseScores, wizard: wizardLighthouse };

/** What the console costs people who wait for it, and how it is judged; each part by itself. */
export async function consoleBench({ say }: { say: (text: string) => void }): Promise<Findings> {
  const bars: Findings['bars'] = [];
  const figures: Record<string, unknown> = {};
  // A connector that stops waits by timers that keep no process alive.
  const awake = setInterval(() => {}, 1000);
  try {
    for (const [name, part] of Object.entries(PARTS)) {
      const found = await part(say);
      bars.push(...found.bars);
      figures[name] = found.figures;
    }
  } finally {
    clearInterval(awake);
  }
  return { bars, figures };
}
