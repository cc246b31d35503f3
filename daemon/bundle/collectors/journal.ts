import { spawn } from 'node:child_process';
import type { LogRequest } from '#contract/commands.ts';
import { type Collector, NotApplicable } from '../collector.ts';
import { linesOf, type Redactor } from '../redactor.ts';

/** Lines without a wish: a few days of a busy gateway. */
const DEFAULT_LINES = 100_000;
const MAX_COMPLAINT = 2000;

/** The journal of our units. Its program is run with an argument vector, never through a shell. */
export function journal(program = 'journalctl'): Collector {
  return {
    id: 'journal',
    limitMs: 60_000,
    collect: ({ request, out, signal }) =>
      out.text('logs/journal.log', (redactor) => journalLines(program, request, redactor, signal)),
  };
}

/** Text as a pattern of the journal (PCRE2), which matches it and nothing else. */
const literal = (text: string): string => text.replaceAll(/[^\p{L}\p{N} ]/gu, (sign) => `\\${sign}`);

const seconds = (instant: string): string => `@${(Date.parse(instant) / 1000).toFixed(3)}`;

function argumentsFor({ from, to, text, lines }: LogRequest): string[] {
  return [
    '--no-pager',
    '--quiet',
    '--output=short-iso-precise',
    '--unit=demarc*',
    `--lines=${lines ?? DEFAULT_LINES}`,
    ...(from === undefined ? [] : [`--since=${seconds(from)}`]),
    ...(to === undefined ? [] : [`--until=${seconds(to)}`]),
    ...(text === undefined ? [] : [`--grep=${literal(text)}`, '--case-sensitive=false']),
  ];
}

async function* journalLines(
  program: string,
  request: LogRequest,
  redactor: Redactor,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const child = spawn(program, argumentsFor(request), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
    signal,
    killSignal: 'SIGKILL',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(0, MAX_COMPLAINT);
  });
  const ended = new Promise<{ code: number | null; error?: NodeJS.ErrnoException }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, error }));
    child.once('close', (code) => resolve({ code }));
  });
  try {
    const text = request.text?.toLowerCase();
    let any = false;
    for await (const line of linesOf(child.stdout)) {
      // As with our own log: what is found must be in what is shown.
      if (text !== undefined && !redactor.peek(line).toLowerCase().includes(text)) continue;
      any = true;
      yield `${line}\n`;
    }
    const { code, error } = await ended;
    if (error?.code === 'ENOENT') throw new NotApplicable('there is no journalctl on this machine');
    if (error !== undefined) throw error;
    // With a pattern it ends with 1 and without a word when nothing fits.
    if (code !== 0 && !(code === 1 && complaint === '')) throw new Error(`journalctl ended with ${code}: ${complaint}`);
    if (!any && /no journal files/i.test(complaint)) throw new NotApplicable('there is no journal on this machine');
  } finally {
    child.kill('SIGKILL');
  }
}
