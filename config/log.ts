import { type DestinationStream, type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import { LOG_REDACTION } from './redaction.ts';
import { RotatingFile } from './rotating-file.ts';

export type Log = Logger;

/** Where and how much to log. With `file` the same lines also go to a rotated file (5 files of 5 MB). */
export interface LogOptions {
  level: string;
  unit: string;
  file?: string;
}

/** Small enough for an appliance; pino-roll would do the same for 21 MiB of memory, because of its calendar library. */
const KEPT = { files: 5, maxBytes: 5 * 1024 * 1024 };

const lostLines = (unit: string, lines: number): string => {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 'warn', time, unit, code: 'log.lost', lines, msg: 'the disk took no log lines' })}\n`;
};

/**
 * The log of one process: pino JSON lines on stdout (design section 11: `level`, `time`, `msg`, `unit`, `code`), written
 * synchronously, because worker transports lose the last lines at a kill.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  const streams: { level: string; stream: DestinationStream }[] = [
    { level: options.level, stream: pino.destination({ dest: 1, sync: true }) },
  ];
  if (options.file !== undefined) {
    const stream = new RotatingFile({ file: options.file, ...KEPT, lost: (lines) => lostLines(options.unit, lines) });
    streams.push({ level: options.level, stream });
  }
  return pino(
    {
      level: options.level,
      base: { unit: options.unit },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: LOG_REDACTION,
    },
    multistream(streams, { dedupe: false }),
  );
}
