import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Log } from '#config/log.ts';

/** A log whose lines the test can look at. */
export function recordedLog(): { log: Log; codes: () => string[]; text: () => string } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
  const parsed = () => lines.map((line) => JSON.parse(line) as { code?: string });
  return {
    log: pino({ level: 'debug' }, stream),
    codes: () => parsed().flatMap((line) => line.code ?? []),
    text: () => lines.join(''),
  };
}

/** A clock that stands still until it is moved. */
export function manualClock(start = Date.UTC(2026, 0, 1)): { now: () => number; move: (ms: number) => void } {
  let now = start;
  return {
    now: () => now,
    move: (ms) => {
      now += ms;
    },
  };
}
