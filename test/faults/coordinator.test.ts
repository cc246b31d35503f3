import { expect, it } from 'vitest';
import { startSite } from '#test/support/site.ts';
import { coordinate, seeded } from './coordinator.ts';
import { CountingGateway } from './counting-gateway.ts';
import { FaultProxy } from './fault-proxy.ts';

const rounds = Number(process.env['FAULT_ROUNDS'] ?? 10);
const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));

it(
  'whatever is killed or cut, every accepted event and every user is stored once',
  async () => {
    console.log(`FAULT_SEED=${seed} FAULT_ROUNDS=${rounds}`);
    await using site = await startSite({ users: 1250 });
    await using proxy = await FaultProxy.start(site.connector.port);
    await site.enrol(proxy.url);
    await site.addDirectory();
    await site.addExports();
    await using counting = await CountingGateway.enrol(site, proxy.url);
    const said: string[] = [];
    const events = Math.max(2000, rounds * 100);
    const verdict = await coordinate({
      site,
      counting,
      proxy,
      rounds,
      events,
      random: seeded(seed),
      say: (text) => said.push(text),
    });
    console.log(`${said.join('\n')}\n${verdict.accepted} events accepted, ${verdict.stored} stored`);
    expect(verdict.problems).toEqual([]);
    // What was taken but not yet said to be when the process was killed may be there too: four writers in each life.
    expect(verdict.stored - verdict.accepted).toBeGreaterThanOrEqual(0);
    expect(verdict.stored - verdict.accepted).toBeLessThanOrEqual(4 * (rounds + 1));
  },
  90_000 + rounds * 15_000,
);
