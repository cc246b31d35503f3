/** Commands and where they are kept in each state: the table of which the cases are made. */
import { expect } from 'vitest';
import type { Command } from '#contract/api.ts';
import { type CommandName, CommandState, isFinal } from '#contract/commands.ts';
import { until } from '#test/support/program.ts';
import { TooQuick, type Victim, type Yard } from './yard.ts';

const ATTEMPTS = 4;

/** Which disk a command in this state is on alone: that of the cloud, or the gateway's journal too. */
const KEPT = {
  queued: 'cloud',
  sent: 'cloud',
  accepted: 'journal',
  running: 'journal',
  succeeded: 'ended',
  failed: 'ended',
  rejected: 'ended',
  timed_out: 'ended',
  canceled: 'ended',
  expired: 'ended',
} as const satisfies Record<CommandState, 'cloud' | 'journal' | 'ended'>;

/** The states of the journal and before, in their order: those of the contract, then the steps of the handler. */
function inOrder(steps: readonly string[]): string[] {
  const open = CommandState.options.filter((state) => !isFinal(state));
  return [...open, ...steps, 'ended'];
}

/** Every state in which the command can be met. */
export const statesOf = ({ steps, otherStates }: Pick<CommandFamily, 'steps' | 'otherStates'>): string[] => [
  ...inOrder(steps),
  ...Object.keys(otherStates ?? {}),
];

/** What a command must come to, when its gateway died in a state or did not. */
export interface Expected {
  state: 'succeeded' | 'failed';
  code?: string;
  /** How often the act was done, at least and at most. */
  acts: readonly [number, number];
}

export interface CommandFamily {
  name: CommandName;
  args?: unknown;
  steps: readonly string[];
  yard: Yard;
  /** How often the act was done since the yard was opened. */
  acts: () => Promise<number>;
  /** What there is of them, for whoever has to find out why there are too many. */
  traces?: () => Promise<unknown>;
  expected: (state: string, victim: Victim) => Expected;
  /** Brings the command to its end on the gateway's disk, while the cloud cannot be told. */
  toTheEnd: (id: string) => Promise<void>;
  /** Done while the victims are dead. */
  between?: (state: string, victim: Victim) => Promise<void>;
  /** What the world does after the strike for the command to go on. */
  afterwards?: (state: string, victim: Victim) => Promise<void>;
  /** What must hold besides. */
  check?: (command: Command, state: string, victim: Victim) => Promise<void>;
  /** States besides those of the journal, and how to issue the command so that it is met there, halted. */
  otherStates?: Readonly<Record<string, (issue: () => Promise<string>) => Promise<void>>>;
  /** Makes everything ready for the next case. */
  afterCase?: (command: Command) => Promise<void>;
  /** Starts of the daemon that a case may take at most, beside the one after a kill. */
  ownStarts: number;
}

/** One cell of the matrix. */
export async function commandCase(family: CommandFamily, state: string, victim: Victim): Promise<void> {
  const { yard, name } = family;
  const { id, met, starts, acts } = await reach(family, state);
  const journal = yard.journal(id);
  await yard.strike(victim, async () => {
    journal();
    yard.proxy.pass();
    await family.between?.(state, victim);
  });
  await family.afterwards?.(state, victim);
  const command = await yard.commandEnd(id);
  const expected = family.expected(met, victim);
  expect({ name, state: command.state, code: command.reason?.code }).toEqual({
    name,
    state: expected.state,
    code: expected.code,
  });
  await until('the gateway has it ended, too', 20_000, () => journal() === 'ended' || isWiped(family));
  await family.check?.(command, state, victim);
  const done = (await family.acts()) - acts;
  expect(done).toBeGreaterThanOrEqual(expected.acts[0]);
  const traces = done > expected.acts[1] ? JSON.stringify(await family.traces?.()) : '';
  expect(done, `${id}: ${traces}`).toBeLessThanOrEqual(expected.acts[1]);
  // It may be started once for what it did, and once after the kill: no more, or it would loop.
  expect(yard.startsSeen() - starts).toBeLessThanOrEqual(family.ownStarts + (victim === 'connector' ? 0 : 1));
  await family.afterCase?.(command);
}

/** A gateway that forgot everything has no journal. */
const isWiped = ({ name }: CommandFamily): boolean => name === 'gateway.factory-reset';

/** Brings a command into the state, and tells what had been before. Where it went on too quickly, another one. */
async function reach(family: CommandFamily, state: string) {
  const { yard, name, args } = family;
  for (let attempt = 1; ; attempt += 1) {
    await yard.ready();
    const before = { starts: yard.startsSeen(), acts: await family.acts() };
    let id = '';
    const issue = async () => {
      id = await yard.issue(name, args);
      return id;
    };
    try {
      const other = family.otherStates?.[state];
      const met = other === undefined ? await meet(family, state, issue) : (await other(issue), state);
      return { id, met, ...before };
    } catch (error) {
      if (!(error instanceof TooQuick) || attempt === ATTEMPTS) throw error;
      yard.goOn();
      await family.afterwards?.('sent', 'connector');
      // In any case: what it still does would count for the next one.
      const ended = await yard.commandEnd(id);
      await family.afterCase?.(ended);
    }
  }
}

/** Issues the command and stops the gateway as soon as it is in the state, which it gives. @throws TooQuick */
async function meet(
  { yard, steps, toTheEnd }: CommandFamily,
  state: string,
  issue: () => Promise<string>,
): Promise<string> {
  const kept: string = Object.hasOwn(KEPT, state) ? KEPT[state as CommandState] : 'journal';
  if (state === 'queued') {
    yard.proxy.refuse();
    await until('it is offline', 20_000, async () => (await yard.site.presence()).presence !== 'Online', 50);
    expect(await yard.commandState(await issue())).toBe('queued');
    return state;
  }
  yard.halt();
  const id = await issue();
  await until('it is sent', 20_000, async () => (await yard.commandState(id)) === 'sent', 50);
  if (kept === 'cloud') return state;
  if (state === 'ended') {
    yard.goOn();
    await toTheEnd(id);
    return state;
  }
  const all = inOrder(steps);
  // That it runs is said only after a while; a handler whose first act is a step has then passed that.
  const instead = state === 'running' ? steps[0] : undefined;
  return await yard.stepTo({ of: 'command', state: yard.state, id }, all.slice(all.indexOf(state)), instead);
}
