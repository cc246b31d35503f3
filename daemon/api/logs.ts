/** Reads the daemon's own log files from the end, a chunk at a time, and follows them over rotation. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const LogLevel = z.enum(LEVELS);

/** A line of the log; what is not JSON comes as its text. */
const LogLine = z.looseObject({ level: z.string(), time: z.string(), msg: z.string().optional() });
export type LogLine = z.infer<typeof LogLine>;

export interface LogFilter {
  /** The lowest level that is wanted. */
  level?: z.infer<typeof LogLevel> | undefined;
  /** Part of the line, in any case. */
  text?: string | undefined;
  /** ISO instants, both included; a line that has no time is left out then. */
  from?: string | undefined;
  to?: string | undefined;
}

const CHUNK_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 256 * 1024;
const FOLLOW_EVERY_MS = 250;

/** The log files of this name, newest first: `daemon.log`, `daemon.1.log`, `daemon.log.2` and so on, by time of change. */
export async function logFiles(file: string): Promise<string[]> {
  const folder = dirname(file);
  const stem = basename(file).replace(/\.log$/, '');
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => name.startsWith(`${stem}.`))
      .map(async (name) => {
        const path = join(folder, name);
        const number = Number(/(\d+)(\.log)?$/.exec(name)?.[1] ?? 0);
        const info = await stat(path).catch(() => undefined);
        return info?.isFile() ? [{ path, at: info.mtimeMs, number }] : [];
      }),
  );
  return found
    .flat()
    .sort((a, b) => b.at - a.at || b.number - a.number)
    .map(({ path }) => path);
}

/** The lines of a file from its last to its first, with the byte that each begins at; memory is bounded by a chunk and the longest line. */
export async function* linesBackwards(path: string): AsyncIterable<{ text: string; start: number }> {
  const handle = await open(path, 'r');
  try {
    let end = (await handle.stat()).size;
    let rest = Buffer.alloc(0);
    while (end > 0) {
      const length = Math.min(CHUNK_BYTES, end);
      const chunk = Buffer.alloc(length);
      await handle.read(chunk, 0, length, end - length);
      end -= length;
      let bytes = Buffer.concat([chunk, rest]);
      for (let at = bytes.lastIndexOf(10); at >= 0; at = bytes.lastIndexOf(10)) {
        if (at + 1 < bytes.length) yield { text: bytes.toString('utf8', at + 1), start: end + at + 1 };
        bytes = bytes.subarray(0, at);
      }
      rest = bytes.length > MAX_LINE_BYTES ? bytes.subarray(-MAX_LINE_BYTES) : bytes;
    }
    if (rest.length > 0) yield { text: rest.toString('utf8'), start: 0 };
  } finally {
    await handle.close();
  }
}

export function parseLine(text: string): LogLine {
  try {
    const parsed = LogLine.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { level: 'info', time: '', msg: text };
}

export function wanted(text: string, line: LogLine, filter: LogFilter): boolean {
  if (filter.from !== undefined && !(line.time >= filter.from)) return false;
  if (filter.to !== undefined && !(line.time !== '' && line.time <= filter.to)) return false;
  if (filter.text !== undefined && !text.toLowerCase().includes(filter.text.toLowerCase())) return false;
  if (filter.level === undefined) return true;
  return LEVELS.findIndex((level) => level === line.level) >= LEVELS.indexOf(filter.level);
}

/** The last `lines` lines that pass the filter, oldest first, over all files that are kept. */
export async function lastLines(file: string, lines: number, filter: LogFilter): Promise<LogLine[]> {
  const found: LogLine[] = [];
  for (const path of await logFiles(file)) {
    for await (const { text } of linesBackwards(path)) {
      if (found.length >= lines) return found.toReversed();
      const line = parseLine(text);
      if (wanted(text, line, filter)) found.push(line);
    }
  }
  return found.toReversed();
}

/** Lines that are written from now on, until the signal ends it. */
export async function* followLines(file: string, filter: LogFilter, signal: AbortSignal): AsyncIterable<LogLine> {
  let [path] = await logFiles(file);
  let position = path === undefined ? 0 : (await stat(path)).size;
  let rest = '';
  while (!signal.aborted) {
    if (path !== undefined) {
      const { text, end } = await readFrom(path, position);
      position = end;
      const parts = (rest + text).split('\n');
      rest = (parts.pop() ?? '').slice(-MAX_LINE_BYTES);
      for (const part of parts) {
        const line = parseLine(part);
        if (part !== '' && wanted(part, line, filter)) yield line;
      }
      if (text.length > 0) continue;
    }
    const [newest] = await logFiles(file);
    if (newest !== path) {
      path = newest;
      position = 0;
      continue;
    }
    await sleep(FOLLOW_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function readFrom(path: string, position: number): Promise<{ text: string; end: number }> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return { text: '', end: position };
  try {
    const { size } = await handle.stat();
    const length = Math.min(CHUNK_BYTES, Math.max(0, size - position));
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position);
    // A character may be cut at the chunk's end: only whole lines are taken, unless the chunk has none.
    const cut = buffer.lastIndexOf(10, bytesRead - 1);
    const taken = cut >= 0 ? cut + 1 : bytesRead;
    return { text: buffer.toString('utf8', 0, taken), end: position + taken };
  } finally {
    await handle.close();
  }
}
