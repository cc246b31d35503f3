import { setTimeout as sleep } from 'node:timers/promises';
import { type Candidate, DiscoveryAnswer, type DiscoveryProgress } from '#contract/discovery.ts';
import type { LocalApi } from './client.ts';
import { type Output, plain, table } from './output.ts';

export interface DiscoverOptions {
  cidr?: string[];
  community?: string;
  /** As NAME=N. */
  port?: string[];
}

const POLL_MS = 400;

/**
 * `demarc discover`: starts a search and follows it to its end; Ctrl-C cancels it. With `--json` one value at the end.
 * 0 also when nothing was found: that is an answer too; 1 when the search failed or was canceled.
 */
export async function discover(api: LocalApi, out: Output, options: DiscoverOptions): Promise<number> {
  const { cidr, community, port = [] } = options;
  const ports = Object.fromEntries(port.map(toMovedPort));
  const body = {
    ...(cidr ? { cidrs: cidr } : {}),
    ...(community === undefined ? {} : { community }),
    ...(port.length > 0 ? { ports } : {}),
  };
  let answer = await api.call(DiscoveryAnswer, { method: 'POST', path: '/api/discovery', body });
  const interrupted = new AbortController();
  const onInterrupt = () => interrupted.abort();
  process.once('SIGINT', onInterrupt);
  const live = new LiveLines(out);
  try {
    while (answer.state === 'running') {
      live.show(answer);
      await sleep(POLL_MS);
      answer = await api.call(
        DiscoveryAnswer,
        interrupted.signal.aborted ? { method: 'DELETE', path: '/api/discovery' } : { path: '/api/discovery' },
      );
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    live.end();
  }
  if (out.json) out.write(`${JSON.stringify(answer)}\n`);
  else out.write(report(answer));
  return answer.state === 'finished' ? 0 : 1;
}

/** What is wrong with it the daemon says, which knows the names. */
const toMovedPort = (text: string): [string, number] => {
  const [name = '', number = ''] = text.split('=', 2);
  return [name, Number(number)];
};

/** Each candidate as it is first named, and for a person a line of progress that is written over. */
class LiveLines {
  readonly #out: Output;
  readonly #seen = new Set<string>();
  #width = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  show({ candidates, progress }: DiscoveryAnswer): void {
    if (this.#out.json) return;
    for (const { id, name } of candidates) {
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      this.end();
      this.#out.write(`Found ${plain(id)}: ${plain(name)}\n`);
    }
    if (!this.#out.interactive || progress === null) return;
    const text = progressLine(progress);
    this.#out.write(`\r${text.padEnd(this.#width)}`);
    this.#width = text.length;
  }

  end(): void {
    if (this.#width > 0) this.#out.write(`\r${' '.repeat(this.#width)}\r`);
    this.#width = 0;
  }
}

const progressLine = ({ phase, addresses, swept, alive, probed }: DiscoveryProgress): string =>
  `${phase === 'sweeping' ? 'Looking who is there' : 'Asking the hosts'}: ${swept} of ${addresses} addresses, ${probed} of ${alive} hosts asked`;

function report({ state, candidates, progress, notes, ranges, error }: DiscoveryAnswer): string {
  const asked = progress ? `${progress.swept} addresses of ${ranges.join(', ')}, ${progress.alive} hosts` : 'nothing';
  const end = { finished: 'Searched', canceled: 'Canceled after', failed: 'Failed after', running: '', idle: '' }[
    state
  ];
  const lines = [`\n${end} ${asked}: ${candidates.length === 1 ? '1 system' : `${candidates.length} systems`}.\n`];
  if (candidates.length > 0) {
    const rows = candidates.map((found) => [
      found.addresses.join(', '),
      found.name,
      found.version ?? '',
      `${found.certainty} (${Math.round(found.score * 100)} %)`,
    ]);
    lines.push(`\n${table([['ADDRESS', 'SYSTEM', 'VERSION', 'CERTAINTY'], ...rows])}`);
    for (const found of candidates) lines.push(details(found));
  }
  for (const note of notes) lines.push(`Note: ${plain(note)}\n`);
  if (error) lines.push(`${plain(error.message)}. ${plain(error.nextStep)}\n`);
  return lines.join('');
}

function details({ id, name, notes, evidence }: Candidate): string {
  const seen = evidence.filter((item) => item.speaksFor !== undefined).map((item) => `  ${plain(item.text)}\n`);
  return `\n${plain(id)} ${plain(name)}\n${seen.join('')}${notes.map((note) => `  ! ${plain(note)}\n`).join('')}`;
}
