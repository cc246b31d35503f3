import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LogRequest } from '#contract/commands.ts';
import { linesBackwards, logFiles, parseLine, wanted } from '../../api/logs.ts';
import { type Collector, NotApplicable } from '../collector.ts';
import { linesOf, type Redactor } from '../redactor.ts';

/** What is taken of the log at most, in bytes; the newest lines count. */
const MAX_BYTES = 160 * 1024 * 1024;

type Wanted = (line: string) => boolean;
const everything: Wanted = () => true;

/** Where the reading begins: at a byte of one of the files, the oldest first. */
interface Start {
  files: readonly string[];
  at: number;
}

/** Our own rotated log files as one text in the order of time: the newest lines that the request lets through. */
export const daemonLog: Collector = {
  id: 'daemon-log',
  limitMs: 300_000,
  collect: async ({ sources, request, out }) => {
    const files = await logFiles(sources.logFile);
    if (files.length === 0) throw new NotApplicable('the daemon has written no log file');
    await out.text('logs/daemon.log', (redactor) => newest(files, request, redactor));
  },
};

async function* newest(
  files: readonly string[],
  request: LogRequest,
  redactor: Redactor,
): AsyncGenerator<Buffer | string> {
  const isWanted = filterOf(request, redactor);
  const start = await findStart(files, request.lines ?? Number.POSITIVE_INFINITY, isWanted);
  for (const [index, path] of start.files.entries()) {
    const from = index === 0 ? start.at : 0;
    // A file that is rotated away meanwhile is no failure: older lines are the first to go.
    const size = await stat(path).then(
      (info) => info.size,
      () => 0,
    );
    if (size <= from) continue;
    const bytes = createReadStream(path, { start: from, end: size - 1 });
    if (isWanted === everything) yield* bytes as AsyncIterable<Buffer>;
    else for await (const line of linesOf(bytes)) if (isWanted(line)) yield `${line}\n`;
  }
}

/**
 * A text is looked for in what is shown of a line: otherwise somebody could find out a secret by asking whether a line
 * holds it, letter by letter.
 */
function filterOf({ from, to, text }: LogRequest, redactor: Redactor): Wanted {
  if (from === undefined && to === undefined && text === undefined) return everything;
  const inTime = from !== undefined || to !== undefined;
  return (line) => {
    if (!wanted(line, inTime ? parseLine(line) : { level: '', time: '' }, { from, to, text })) return false;
    return text === undefined || redactor.peek(line).toLowerCase().includes(text.toLowerCase());
  };
}

/** Reads from the end until there are as many lines as are wanted; without such a limit only the bytes are added up. */
async function findStart(newestFirst: readonly string[], lines: number, isWanted: Wanted): Promise<Start> {
  let found = 0;
  let bytes = 0;
  const files: string[] = [];
  for (const path of newestFirst) {
    const { size } = await stat(path);
    files.unshift(path);
    if (lines === Number.POSITIVE_INFINITY && bytes + size <= MAX_BYTES) {
      bytes += size;
      continue;
    }
    for await (const { text, start } of linesBackwards(path)) {
      if (!isWanted(text)) continue;
      found += 1;
      bytes += Buffer.byteLength(text) + 1;
      if (found >= lines || bytes >= MAX_BYTES) return { files, at: start };
    }
  }
  return { files, at: 0 };
}
