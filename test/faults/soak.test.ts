import { expect, it } from 'vitest';
import { soak } from './soak.ts';

/** Half an hour of bad minutes, or as many of them as fit into this time. */
const ROUNDS = 30;
const LIMIT_MS = 45_000;

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));

it(
  'whatever is killed, cut or refused at random, every accepted event and every user is stored once, and commands end alike on both sides',
  async () => {
    console.log(`FAULT_SEED=${seed}`);
    const said: string[] = [];
    const verdict = await soak({ seed, ms: LIMIT_MS, rounds: ROUNDS, say: (text) => said.push(text) });
    console.log(`${said.join('\n')}\n${JSON.stringify(verdict)}`);
    expect(verdict.problems).toEqual([]);
    // What was taken but not yet said to be when the process was killed may be there too: four writers in each life.
    expect(verdict.stored - verdict.accepted).toBeGreaterThanOrEqual(0);
    expect(verdict.stored - verdict.accepted).toBeLessThanOrEqual(4 * (verdict.rounds + 1));
  },
  LIMIT_MS + 180_000,
);
