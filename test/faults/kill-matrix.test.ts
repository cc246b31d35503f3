/**
 * The kill matrix: every state that a command, an update, a reset or a user sync leaves on a disk, times kill -9 of the
 * daemon, of the connector and of both, times a restart. The cases are made from the product's own tables of states.
 */
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { CommandName } from '#contract/commands.ts';
import { COLLECTING_PHASES } from '#daemon/bundle/collect-logs.ts';
import { type CommandFamily, commandCase, statesOf } from './kill/commands.ts';
import { logsFamily, openLogsYard } from './kill/logs.ts';
import { openPowerYard, rebootFamily, restartFamily } from './kill/power.ts';
import {
  becomeVirtual,
  factoryResetFamily,
  MOVE_STATES,
  moveCase,
  openResetYard,
  RELEASE_STATES,
  releaseCase,
  WIPE_STATES,
} from './kill/resets.ts';
import { openSyncYard, SYNC_STATES, type SyncYard, syncCase } from './kill/syncs.ts';
import { STATES_OF_UPDATES, UpdateYard } from './kill/updates.ts';
import { VICTIMS, type Victim } from './kill/yard.ts';

const LIMIT_MS = 400_000;

const INTERRUPTED = 'test/unit/daemon-work/command-runner.test.ts';

/**
 * Where it is proven what a kill does to a command: in this table, in a test of its own, or by the rule that a command
 * without a step ends as interrupted. A new command must be placed.
 */
const PROVEN = {
  'gateway.reboot': 'here',
  'gateway.restart': 'here',
  'gateway.collect-logs': 'here',
  'gateway.trace-calls': 'test/unit/trace/trace-calls.test.ts',
  'gateway.factory-reset': 'here',
  'gateway.update': 'here',
  'gateway.check-update': INTERRUPTED,
  'gateway.set-update-schedule': INTERRUPTED,
  'gateway.self-test': INTERRUPTED,
  'inventory.report': INTERRUPTED,
  'pbx.sync': INTERRUPTED,
  'pbx.test': INTERRUPTED,
  'pbx.remove': 'test/unit/daemon-work/handlers.test.ts',
  'trunk.verify': INTERRUPTED,
  'trunk.test-call': INTERRUPTED,
  'tunnel.start': INTERRUPTED,
  'tunnel.stop': INTERRUPTED,
  'tunnel.open': INTERRUPTED,
  'trunk.plan': INTERRUPTED,
  'trunk.apply': 'test/faults/trunk-apply.test.ts',
  'trunk.remove': 'test/faults/trunk-apply.test.ts',
} as const satisfies Record<CommandName, string>;

const lanes: Lane[] = [];

/** Cases that share processes and so come one after the other; the lanes run side by side. */
class Lane {
  /** The commands whose cases it has. */
  readonly commands: readonly CommandName[];
  readonly #stack = new AsyncDisposableStack();
  readonly #work: { name: string; run: () => Promise<void>; done: PromiseWithResolvers<void> }[] = [];
  readonly #only: boolean;
  readonly #what: string;

  constructor(what: string, commands: readonly CommandName[] = []) {
    this.#what = what;
    this.commands = commands;
    lanes.push(this);
    const wanted = process.env['KILL_LANE'];
    this.#only = wanted === undefined || wanted === what;
    afterAll(() => this.#stack.disposeAsync(), 30_000);
  }

  /** A test for each state and victim; `run` is called when its turn has come. */
  add(
    what: string,
    states: readonly string[],
    run: (state: string, victim: Victim) => Promise<void>,
    victims: readonly Victim[] = VICTIMS,
  ): void {
    if (!this.#only) return;
    const cases = states.flatMap((state) =>
      victims.map((victim) => {
        const name = `killed_${victim}_in_${state}_${what}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
        return { name, done: this.#queue(name, () => run(state, victim)) };
      }),
    );
    describe(what, () => {
      for (const { name, done } of cases) it(name, () => done, LIMIT_MS);
    });
  }

  /** Something between the cases, or after them. */
  also(name: string, run: () => Promise<void>): void {
    if (!this.#only) return;
    const done = this.#queue(name, run);
    it(`${this.#what}: ${name}`, () => done, LIMIT_MS);
  }

  /** Resolves when its turn has come and it went well. */
  #queue(name: string, run: () => Promise<void>): Promise<void> {
    const done = Promise.withResolvers<void>();
    // Its test looks at it later.
    done.promise.catch(() => undefined);
    this.#work.push({ name, run, done });
    return done.promise;
  }

  /** Opens what the lane needs and goes through its cases. */
  start(open: (stack: AsyncDisposableStack) => Promise<void>): void {
    if (!this.#only) return;
    const go = async () => {
      const opened = open(this.#stack);
      opened.catch(() => undefined);
      for (const { name, run, done } of this.#work) {
        // The retry of the suite would only look at the same outcome again.
        const again = async (first: unknown) => {
          console.log(`second try of ${name}: ${first instanceof Error ? first.stack : String(first)}`);
          await run().catch((second: unknown) => {
            throw new AggregateError([first, second], `${String(first)}; then ${String(second)}`);
          });
        };
        await opened.then(() => run().catch(again)).then(done.resolve, done.reject);
      }
    };
    void go();
  }
}

describe('the table', () => {
  it('places every command, and those that are to be proven here have their cases', () => {
    expect(Object.keys(PROVEN).sort()).toEqual([...CommandName.options].sort());
    const here = Object.entries(PROVEN).flatMap(([name, where]) => (where === 'here' ? name : []));
    expect(lanes.flatMap(({ commands }) => commands).sort()).toEqual(here.sort());
    const elsewhere = Object.values(PROVEN).filter((where) => where !== 'here');
    expect(elsewhere.filter((file) => !existsSync(file))).toEqual([]);
  });
});

{
  const lane = new Lane('power', ['gateway.reboot', 'gateway.restart']);
  const families: { reboot?: CommandFamily; restart?: CommandFamily } = {};
  const states = statesOf({ steps: ['step'] });
  lane.add('reboot', states, (state, victim) => commandCase(must(families.reboot), state, victim));
  lane.add('restart', states, (state, victim) => commandCase(must(families.restart), state, victim));
  lane.also('nothing was lost', () => must(families.restart).yard.nothingLost());
  lane.start(async (stack) => {
    const { yard, machine } = await openPowerYard(stack);
    families.reboot = rebootFamily(yard, machine);
    families.restart = restartFamily(yard);
  });
}

{
  const lane = new Lane('logs', ['gateway.collect-logs']);
  let family: CommandFamily | undefined;
  const steps = COLLECTING_PHASES.map((phase) => `step:${phase}`);
  const states = [...statesOf({ steps }), 'receiving'];
  lane.add('log upload', states, (state, victim) => commandCase(must(family), state, victim));
  lane.also('nothing was lost', () => must(family).yard.nothingLost());
  lane.start(async (stack) => {
    family = logsFamily(await openLogsYard(stack));
  });
}

{
  const lane = new Lane('sync');
  let yard: SyncYard | undefined;
  lane.add('user sync', SYNC_STATES, (state, victim) => syncCase(must(yard), state, victim));
  lane.also('nothing was lost', () => must(yard).yard.nothingLost());
  lane.start(async (stack) => {
    yard = await openSyncYard(stack);
  });
}

{
  const lane = new Lane('reset', ['gateway.factory-reset']);
  let family: CommandFamily | undefined;
  const states = [...statesOf({ steps: ['step'] }), ...WIPE_STATES];
  lane.add('factory reset', states, (state, victim) => commandCase(must(family), state, victim));
  lane.also('it becomes a virtual machine', () => becomeVirtual(must(family).yard));
  lane.add('release', RELEASE_STATES, (state, victim) => releaseCase(must(family).yard, state, victim));
  lane.add('move', MOVE_STATES, (state, victim) => moveCase(must(family).yard, state, victim));
  lane.start(async (stack) => {
    family = factoryResetFamily(await openResetYard(stack));
  });
}

{
  const lane = new Lane('update', ['gateway.update']);
  let yard: UpdateYard | undefined;
  lane.add(
    'update',
    STATES_OF_UPDATES,
    (state, victim) => must(yard).case(state as (typeof STATES_OF_UPDATES)[number], victim),
    ['connector', 'both'],
  );
  lane.start(async (stack) => {
    yard = await UpdateYard.open(stack);
  });
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('its processes could not be started');
  return value;
}
