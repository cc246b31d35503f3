import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What one source of the child said: a value still to be checked, or why there is none. */
export type SourceReading = { value: unknown } | { problem: string };

/** Everything that the child said before it ended, and why it ended early if it did. */
export interface HostReading {
  sources: ReadonlyMap<string, SourceReading>;
  problem: string | undefined;
}

export interface HostProcessOptions {
  /** The script that Node runs; a test may give one that misbehaves. */
  script: URL;
  /** In milliseconds; after that the process and all that it started are killed. */
  deadlineMs: number;
}

/** An honest answer has a few KiB. */
const MAX_BYTES = 1024 * 1024;

/** Runs the collecting process and reads its lines; whatever it does, this resolves. An aborted signal ends it at once. */
export function readHost({ script, deadlineMs }: HostProcessOptions, signal: AbortSignal): Promise<HostReading> {
  return new Promise((resolve) => {
    const sources = new Map<string, SourceReading>();
    let problem: string | undefined;
    let text = '';
    let bytes = 0;
    const child = spawn(process.execPath, [fileURLToPath(script)], {
      cwd: '/',
      // No settings or secrets of ours, and tools that speak English.
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const giveUp = (why: string) => {
      problem ??= why;
      killGroup(child);
    };
    const onAbort = () => giveUp('the collector was stopped');
    const timer = setTimeout(() => giveUp(`the collector did not end within ${deadlineMs} ms`), deadlineMs);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.stdout.destroy();
      resolve({ sources, problem });
    };
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (chunk: string) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) {
        text = '';
        giveUp(`the collector wrote more than ${MAX_BYTES} characters`);
        return;
      }
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) note(line, sources);
    });
    child.once('error', (error) => {
      problem ??= `the collector could not be started: ${error.message}`;
      settle();
    });
    // 'close' waits for the pipe, which a process that the child left behind may hold; such a one is killed first.
    child.once('exit', (code, ended) => {
      if (code !== 0) problem ??= `the collector ended with ${code === null ? String(ended) : `code ${code}`}`;
      killGroup(child);
    });
    child.once('close', settle);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The child leads a group of its own, so that the tools it started end with it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // Nobody of the group is left: that is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** One line of the child. What is no line of ours is skipped: a tool may have written between. */
function note(line: string, sources: Map<string, SourceReading>): void {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return;
  }
  if (typeof json !== 'object' || json === null || !('source' in json) || typeof json.source !== 'string') return;
  if ('value' in json) sources.set(json.source, { value: json.value });
  else if ('problem' in json) sources.set(json.source, { problem: String(json.problem).slice(0, 200) });
}
