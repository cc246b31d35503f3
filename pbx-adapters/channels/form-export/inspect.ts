import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** How long a file must be at rest to be taken as written, and how long that is waited for; in milliseconds. */
export interface Patience {
  settledMs: number;
  patienceMs: number;
}
const USUAL_PATIENCE: Patience = { settledMs: 2000, patienceMs: 10_000 };

/** Largest file that is read, in bytes: some 400,000 rows. */
const MAX_FILE = 100 * 1024 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Size in bytes and time of the last change: whether a file is the same as a moment ago. */
export interface FileState {
  size: number;
  modifiedMs: number;
}

/** The size and age of a file. @throws DemarcError `form.unreadable` */
export async function fileState(path: string): Promise<FileState> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new DemarcError('form.unreadable', `${path} is not a file`);
    return { size: found.size, modifiedMs: found.mtimeMs };
  } catch (error) {
    if (error instanceof DemarcError) throw error;
    throw new DemarcError('form.unreadable', `${path}: ${codeOf(error)}`, { cause: error });
  }
}

export const sameState = (a: FileState, b: FileState): boolean => a.size === b.size && a.modifiedMs === b.modifiedMs;

/**
 * Waits until nothing has changed the file for a while (two seconds unless said otherwise).
 * @throws DemarcError `form.growing` when it goes on changing, `form.unreadable`, `pbx.canceled`
 */
export async function settled(
  path: string,
  clock: Clock,
  signal: AbortSignal,
  { settledMs, patienceMs }: Patience = USUAL_PATIENCE,
): Promise<FileState> {
  const end = clock.now() + patienceMs;
  let state = await fileState(path);
  while (clock.now() - state.modifiedMs < settledMs) {
    const before = state;
    // A time stamp of the future (a copy from another machine) says nothing: then only a size at rest does.
    const wait = Math.min(settledMs, Math.max(50, settledMs - (clock.now() - state.modifiedMs)));
    await pause(wait, signal);
    state = await fileState(path);
    if (sameState(before, state)) break;
    if (clock.now() > end) throw new DemarcError('form.growing', path);
  }
  if (state.size > MAX_FILE) throw new DemarcError('form.unreadable', `${path}: ${state.size} bytes are too many`);
  return state;
}

/** How a file is written. */
export interface TextShape {
  encoding: 'utf-8' | 'windows-1252';
  delimiter: ',' | ';' | '\t';
  /** Whether the last byte ends a line: a file that was cut short mostly does not. */
  endsWithLine: boolean;
}

/** Reads a file once to see how it is written. @throws DemarcError `form.unreadable`, `pbx.canceled` */
export async function inspectText(path: string, signal: AbortSignal): Promise<TextShape> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let valid = true;
  let marked = false;
  let last = 0;
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let seen = 0;
  for await (const chunk of chunks(path, signal)) {
    if (seen === 0) marked = chunk.subarray(0, 3).equals(BYTE_ORDER_MARK);
    valid = valid && decodes(decoder, chunk);
    last = chunk.at(-1) ?? last;
    // The start of the file holds the header line; free text further down may hold any mark.
    for (const byte of chunk.subarray(0, Math.max(0, 16_384 - seen))) {
      const mark = String.fromCharCode(byte);
      if (mark === ',' || mark === ';' || mark === '\t') counts[mark] += 1;
    }
    seen += chunk.length;
  }
  valid = valid && decodes(decoder);
  const delimiter = counts[';'] > counts[','] ? ';' : ',';
  return {
    // A mark says UTF-8 whatever one damaged byte further down says.
    encoding: valid || marked ? 'utf-8' : 'windows-1252',
    delimiter: counts['\t'] > counts[delimiter] ? '\t' : delimiter,
    endsWithLine: last === 0x0a || last === 0x0d,
  };
}

/** The bytes of a file. @throws DemarcError `form.unreadable`, `pbx.canceled` */
export async function* chunks(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { signal })) yield chunk as Buffer;
  } catch (error) {
    if (signal.aborted) throw new DemarcError('pbx.canceled', path, { cause: error });
    throw new DemarcError('form.unreadable', `${path}: ${codeOf(error)}`, { cause: error });
  }
}

function decodes(decoder: TextDecoder, chunk?: Buffer): boolean {
  try {
    if (chunk) decoder.decode(chunk, { stream: true });
    else decoder.decode();
    return true;
  } catch {
    return false;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw new DemarcError('pbx.canceled', 'waiting for a file', { cause: error });
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error).slice(0, 200);
