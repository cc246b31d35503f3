/**
 * A site under random faults for a while; then what was sent is compared with what is stored. By hand:
 * `npx node test/faults/soak.ts --minutes 60 --seed 7`; the test runs a short one.
 */
import { parseArgs } from 'node:util';
import { startSite } from '#test/support/site.ts';
import { coordinate, seeded, type Verdict } from './coordinator.ts';
import { CountingGateway } from './counting-gateway.ts';
import { FaultProxy } from './fault-proxy.ts';

interface SoakOptions {
  seed: number;
  /** How long new faults begin; it ends a little later. */
  ms: number;
  /** A round is a bad minute: a sync, a command, events and a fault. */
  rounds?: number;
  say: (text: string) => void;
}

/** Runs until the time is over or so many rounds are done. */
export async function soak({ seed, ms, rounds = Number.POSITIVE_INFINITY, say }: SoakOptions): Promise<Verdict> {
  await using site = await startSite({ users: 1250 });
  await using proxy = await FaultProxy.start(site.connector.port);
  await site.enrol(proxy.url);
  await site.addDirectory();
  await site.addExports();
  await using counting = await CountingGateway.enrol(site, proxy.url);
  const end = performance.now() + ms;
  const isOver = (round: number) => round >= rounds || performance.now() > end;
  return await coordinate({ site, counting, proxy, random: seeded(seed), isOver, say });
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  const minutes = Number(values.minutes ?? 60);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`seed ${seed}, ${minutes} minutes`);
  const verdict = await soak({ seed, ms: minutes * 60_000, say });
  say(JSON.stringify(verdict, undefined, 2));
  process.exit(verdict.problems.length > 0 ? 1 : 0);
}
