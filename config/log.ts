import { type DestinationStream, type Logger, multistream, pino, stdTimeFunctions } from 'pino';
import pinoRoll from 'pino-roll';
import { LOG_REDACTION } from './redaction.ts';

export type Log = Logger;

/** Where and how much to log. With `file` the same lines also go to a rotated file (5 files of 5 MB). */
export interface LogOptions {
  level: string;
  unit: string;
  file?: string;
}

/**
 * The log of one process: pino JSON lines on stdout (design section 11: `level`, `time`, `msg`, `unit`, `code`), written
 * synchronously, because worker transports lose the last lines at a kill.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  const streams: { level: string; stream: DestinationStream }[] = [
    { level: options.level, stream: pino.destination({ dest: 1, sync: true }) },
  ];
  if (options.file !== undefined) {
    const stream = await pinoRoll({ file: options.file, size: '5m', limit: { count: 5 }, mkdir: true, sync: true });
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
