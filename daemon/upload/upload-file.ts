import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { UploadState } from '#contract/uploads.ts';
import { type BackoffLimits, backoff } from '../link/backoff.ts';
import { type ClientCertificate, type CloudTarget, type CloudWay, cloudWay } from '../link/cloud-way.ts';
import { RefusedError } from '../link/connection-errors.ts';
import { exchangePart, type PartAnswer } from './exchange-part.ts';

/** A file that is finished: its size and digest are known before the first byte goes. */
export interface UploadFile {
  file: string;
  fileName: string;
  bytes: number;
  sha256: string;
}

export interface UploadOptions {
  /** The command that the file is for. */
  command: string;
  upload: UploadFile;
  /** Asked anew for each connection. */
  target: () => CloudTarget | undefined;
  certificate: () => ClientCertificate | undefined;
  clock: Clock;
  random: Random;
  log: Log;
  /** Ends it, at the latest at the command's deadline. */
  signal: AbortSignal;
  progress: (sent: number) => void;
  /** Told why it has to try again. */
  interrupted: (error: DemarcError) => void;
  /** Waits between tries, and how long nothing may move on a connection, in milliseconds. */
  waits?: { backoff: BackoffLimits; stallMs: number };
}

const WAITS = { backoff: { minMs: 1000, maxMs: 60_000 }, stallMs: 45_000 };
/** A part takes a few seconds: progress is seen on a slow line, and a fast one is not held up by round trips. */
const PART_BYTES = { first: 256 * 1024, least: 64 * 1024, most: 2 * 1024 * 1024 };
const PART_MS = { short: 1000, long: 8000 };
/** How often a file that arrived damaged is sent once more. */
const DAMAGED_TRIES = 3;

/** What another try cannot change; everything else may be the way's fault. */
const HOPELESS = new Set<string>([
  'upload.not-expected',
  'upload.complete',
  'upload.no-room',
  'identity.revoked',
  'identity.required',
  'api.not-found',
  'api.invalid',
  'api.too-large',
  'bundle.unwritable',
]);

/**
 * Brings a file to the cloud whatever happens on the way: each connection goes on where the cloud's disk ends
 * (contract/uploads.ts). Tries until the signal ends it.
 * @throws DemarcError the cloud's refusal when it is final, `upload.damaged`; the signal's reason
 */
export async function uploadFile(options: UploadOptions): Promise<void> {
  const { signal, log, random, command, waits = WAITS } = options;
  let delays = backoff(waits.backoff, random);
  let damaged = 0;
  for (;;) {
    const before = { moved: false };
    try {
      await oneConnection(options, waits.stallMs, () => {
        before.moved = true;
      });
      return;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = toDemarcError(thrown);
      if (error.code === 'upload.damaged') damaged += 1;
      if (HOPELESS.has(error.code) || damaged >= DAMAGED_TRIES) throw error;
      if (before.moved) delays = backoff(waits.backoff, random);
      const wanted = error instanceof RefusedError ? (error.retryAfterMs ?? 0) : 0;
      const waitMs = Math.max(delays.next().value, wanted);
      options.interrupted(error);
      log.warn({ code: error.code, detail: error.detail, command, waitMs }, 'an upload was interrupted; it goes on');
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Asks how far the cloud is and sends the rest, part by part. */
async function oneConnection(options: UploadOptions, stallMs: number, moved: () => void): Promise<void> {
  const { upload, signal, progress } = options;
  const target = options.target();
  if (target === undefined) throw new DemarcError('enrolment.no-cloud');
  const way = await cloudWay(target, options.certificate(), signal, { keepAlive: true });
  try {
    let { offset, complete } = known(await send(way, options, stallMs), upload);
    let size = PART_BYTES.first;
    while (!complete) {
      progress(offset);
      const started = options.clock.now();
      const answer = await send(way, options, stallMs, { offset, size: Math.min(size, upload.bytes - offset) });
      const next = known(answer, upload);
      if (next.offset > offset) moved();
      size = nextSize(size, options.clock.now() - started);
      ({ offset, complete } = next);
    }
    progress(upload.bytes);
  } finally {
    way.close();
  }
}

function nextSize(size: number, tookMs: number): number {
  if (tookMs < PART_MS.short) return Math.min(size * 2, PART_BYTES.most);
  return tookMs > PART_MS.long ? Math.max(size / 2, PART_BYTES.least) : size;
}

/** HEAD without a part, PATCH with one. */
function send(
  way: CloudWay,
  { command, upload, signal, clock }: UploadOptions,
  stallMs: number,
  part?: { offset: number; size: number },
): Promise<PartAnswer> {
  const path = `/api/v1/device/uploads/${command}`;
  const call = { path, signal, stallMs, now: () => clock.now() };
  if (part === undefined) return exchangePart(way, call);
  // Nothing is left to send when the cloud died between the last byte and the look at the whole file.
  const end = part.offset + part.size - 1;
  const body = part.size === 0 ? Readable.from([]) : createReadStream(upload.file, { start: part.offset, end });
  const headers = {
    'upload-offset': String(part.offset),
    'upload-length': String(upload.bytes),
    'upload-sha256': upload.sha256,
    'upload-name': upload.fileName,
  };
  return exchangePart(way, { ...call, part: { body, size: part.size, headers } });
}

/** What the cloud has of this very file; of another one, nothing counts. @throws DemarcError `link.malformed`, `upload.complete` */
function known(headers: PartAnswer, upload: UploadFile): { offset: number; complete: boolean } {
  const state = UploadState.safeParse(headers);
  if (!state.success) throw new DemarcError('link.malformed', 'the answer to an upload');
  const { 'upload-offset': offset, 'upload-complete': complete, 'upload-sha256': sha256 } = state.data;
  const same = sha256 === upload.sha256;
  if (complete === '?1' && !same) throw new DemarcError('upload.complete');
  return same
    ? { offset: Math.min(offset, upload.bytes), complete: complete === '?1' }
    : { offset: 0, complete: false };
}
