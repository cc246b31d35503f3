/** `npm run bench -- NAME`: measures, says what it measured, and closes with one line of JSON. */
import { loadavg } from 'node:os';
import { adapters } from './adapters.ts';
import { bundle } from './bundle.ts';
import { commands } from './commands.ts';
import { consoleBench } from './console.ts';
import { discover } from './discover.ts';
import { fleet } from './fleet.ts';
import { footprint } from './footprint.ts';
import { memory } from './memory.ts';
import { type Findings, toLine } from './report.ts';
import { sip } from './sip.ts';
import { sync } from './sync.ts';
import { tunnel } from './tunnel.ts';

type Bench = (options: { rounds?: number; say: (text: string) => void }) => Promise<Findings>;

const BENCHES: Readonly<Record<string, Bench>> = {
  adapters,
  bundle,
  commands,
  console: consoleBench,
  discover,
  fleet,
  sip,
  sync,
  memory,
  footprint,
  tunnel,
};

const usage = (): string =>
  `usage: npm run bench -- NAME [--rounds N]; the benches: ${Object.keys(BENCHES).join(', ')}`;

/** @returns the exit code: 0 when it was measured, whether or not the bars hold; 1 when it could not be; 2 for wrong usage */
export async function main(args: readonly string[]): Promise<number> {
  const [name = '', option, number] = args;
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  const rounds = number === undefined ? undefined : Number(number);
  const isUsable = args.length === 1 || (args.length === 3 && option === '--rounds' && isRounds(rounds));
  if (bench === undefined || !isUsable) {
    process.stderr.write(`${bench === undefined ? `There is no bench "${name}". ` : ''}${usage()}\n`);
    return 2;
  }
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const load = round(loadavg()[0] ?? 0);
  try {
    const findings = await bench({ say, ...(rounds === undefined ? {} : { rounds }) });
    const figures = { ...findings.figures, loadBefore: load, loadAfter: round(loadavg()[0] ?? 0) };
    for (const bar of findings.bars) {
      say(`${bar.value <= bar.limit ? 'holds' : 'BROKEN'}  ${bar.name}: ${bar.value} (limit ${bar.limit})`);
    }
    say(toLine(name, { ...findings, figures }));
    return 0;
  } catch (error) {
    process.stderr.write(`${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
}

const isRounds = (rounds: number | undefined): boolean => Number.isInteger(rounds) && Number(rounds) > 0;

const round = (value: number): number => Math.round(value * 100) / 100;
