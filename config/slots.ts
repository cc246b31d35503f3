/**
 * The two slots of an installation that can update itself (docs/decisions, "Updates in two slots"). Shared by the
 * launcher, the judge and the daemon. Everything is synchronous and needs nothing but Node: the launcher runs this before
 * any release does, and a broken release must not be able to break it.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export type SlotName = 'a' | 'b';

/** Cause and next step, as the cloud shows it. */
interface SlotReason {
  code: string;
  message: string;
  nextStep: string;
}

/** What came of a trial. */
interface Verdict {
  outcome: 'Updated' | 'Rolled back';
  at: string;
  reason?: SlotReason;
}

/** A new version that has been installed and has to prove itself. */
export interface Trial {
  id: string;
  slot: SlotName;
  from: string;
  to: string;
  /** The command that asked for it; none for a scheduled update. */
  command?: string;
  since: string;
  /** How long it may take to prove itself, and how long it must go on well, in milliseconds. */
  limitMs: number;
  settleMs: number;
  /** Whether the cloud was connected before: then the new version must connect, too. */
  needsCloud: boolean;
  /** The process that was started on it (config/process-identity.ts); on disk before the new version's first instruction. */
  attempt?: string;
}

/** A trial that has ended. */
export type EndedTrial = Verdict & Pick<Trial, 'id' | 'from' | 'to' | 'command'>;

/** `slots.json`. */
export interface Slots {
  active: SlotName;
  trial?: Trial;
  last?: EndedTrial;
}

/** In a slot, written last: without it the slot is not complete. */
export const RELEASE_FILE = 'release.json';
/** The daemon within a release. */
export const DAEMON_FILE = 'dist/daemon/main.mjs';

/** In the state folder: what an update needs before the switch, and some room for a way back on a full disk. */
export const updateFolder = (stateFolder: string): string => join(stateFolder, 'update');

/** Gives that room back, so that the old version can start and tell where the new one has filled the disk. */
export function freeRoom(stateFolder: string): void {
  rmSync(updateFolder(stateFolder), { recursive: true, force: true });
}

export const slotsFile = (root: string): string => join(root, 'slots.json');
export const slotFolder = (root: string, slot: SlotName): string => join(root, 'slots', slot);
export const otherSlot = (slot: SlotName): SlotName => (slot === 'a' ? 'b' : 'a');
const verdictFile = (root: string, trial: string): string => join(root, `verdict-${trial}.json`);

/** Whether a slot holds a whole release. */
export const isComplete = (root: string, slot: SlotName): boolean =>
  [RELEASE_FILE, DAEMON_FILE].every((file) => existsSync(join(slotFolder(root, slot), file)));

/** The state of the slots with the verdict that stands; undefined when neither the file nor its copy can be read. */
export function readSlots(root: string): Slots | undefined {
  const slots = parseSlots(readJson(slotsFile(root))) ?? parseSlots(readJson(`${slotsFile(root)}.good`));
  if (slots?.trial === undefined) return slots;
  const verdict = parseVerdict(readJson(verdictFile(root, slots.trial.id)));
  return verdict === undefined ? slots : ended(slots, slots.trial, verdict);
}

function ended(slots: Slots, trial: Trial, verdict: Verdict): Slots {
  const { id, from, to, command } = trial;
  return {
    active: verdict.outcome === 'Updated' ? trial.slot : slots.active,
    last: { id, from, to, ...(command === undefined ? {} : { command }), ...verdict },
  };
}

/** Replaces `slots.json`, whole or not at all; the copy beside it follows. @throws Error of the file system */
export function writeSlots(root: string, slots: Slots): void {
  const text = `${JSON.stringify({ v: 1, ...slots }, undefined, 2)}\n`;
  replace(root, slotsFile(root), text);
  replace(root, `${slotsFile(root)}.good`, text);
}

/**
 * Ends a trial. The first verdict stands, whoever comes second and whatever dies when: a file comes into being under the
 * trial's name with its content or not at all (link(2)). Then `slots.json` says the same.
 * @throws Error of the file system
 */
export function decide(root: string, trial: Trial, verdict: Verdict): Slots {
  const path = verdictFile(root, trial.id);
  const own = `${path}.${process.pid}`;
  writeDurably(own, `${JSON.stringify(verdict)}\n`);
  try {
    linkSync(own, path);
    syncFolder(root);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(own, { force: true });
  }
  const slots = readSlots(root);
  if (slots === undefined) throw new Error(`${slotsFile(root)} cannot be read`);
  writeSlots(root, slots);
  return slots;
}

/** Removes the verdict of a trial that `slots.json` has taken over. */
export function forgetVerdict(root: string, trial: string): void {
  rmSync(verdictFile(root, trial), { force: true });
}

function replace(folder: string, path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  writeDurably(temporary, text);
  renameSync(temporary, path);
  syncFolder(folder);
}

function writeDurably(path: string, text: string): void {
  const handle = openSync(path, 'w', 0o644);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** Undefined for what is not there or not JSON: whoever reads has a way on without it. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isSlot = (value: unknown): value is SlotName => value === 'a' || value === 'b';
const texts = (value: Fields, ...names: string[]): boolean => names.every((name) => typeof value[name] === 'string');
const isVerdict = (value: unknown): value is Verdict =>
  isFields(value) && (value['outcome'] === 'Updated' || value['outcome'] === 'Rolled back') && texts(value, 'at');

const parseVerdict = (value: unknown): Verdict | undefined => (isVerdict(value) ? value : undefined);

const isTrial = (value: unknown): value is Trial =>
  isFields(value) &&
  isSlot(value['slot']) &&
  texts(value, 'id', 'from', 'to', 'since') &&
  /^[\w-]{1,64}$/.test(String(value['id'])) &&
  Number.isFinite(value['limitMs']) &&
  Number.isFinite(value['settleMs']);

const isEnded = (value: unknown): value is EndedTrial =>
  isVerdict(value) && isFields(value) && texts(value, 'id', 'from', 'to');

function parseSlots(value: unknown): Slots | undefined {
  if (!isFields(value) || !isSlot(value['active'])) return undefined;
  const { active, trial, last } = value;
  return { active, ...(isTrial(trial) ? { trial } : {}), ...(isEnded(last) ? { last } : {}) };
}
