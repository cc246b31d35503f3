/** Where releases come from: the connector, with the gateway's own certificate, or another server that is set. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#config/clock.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { type ReleaseManifest, SignedRelease } from '#contract/update.ts';
import { hostAndPort } from '../link/addresses.ts';
import { type ClientCertificate, type CloudTarget, type CloudWay, callCloud, cloudWay } from '../link/cloud-way.ts';
import { connectionError, refusal } from '../link/connection-errors.ts';

/** What the updater needs of a source. */
export interface ReleaseSource {
  /**
   * The newest release, or the one of that version; undefined when there is none.
   * @throws DemarcError `update.no-source`, those of `connectionError`
   */
  find(version: string | undefined, signal: AbortSignal): Promise<SignedRelease | undefined>;
  /**
   * Fetches the archive to `path`, going on from what is there; compares nothing.
   * @throws DemarcError `update.download-failed`, `update.no-source`
   */
  fetch(
    archive: ReleaseManifest['archive'],
    path: string,
    options: { signal: AbortSignal; onProgress: (bytes: number) => void },
  ): Promise<void>;
}

interface SourceOptions {
  /** Undefined while there is none. */
  target: () => CloudTarget | undefined;
  identity: () => ClientCertificate | undefined;
  channel: () => string;
  platform: string;
  clock: Clock;
  /** Between tries, in milliseconds; tests wait less. */
  retryMs?: number;
}

const TRIES = 6;
const STALL_MS = 30_000;
const RETRY_MS = 2000;

/** Releases at `/api/v1/device/releases` of a server that speaks HTTPS; the same proxy and trust as the link's. */
export class HttpReleaseSource implements ReleaseSource {
  readonly #options: SourceOptions;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  async find(version: string | undefined, signal: AbortSignal): Promise<SignedRelease | undefined> {
    const { platform, clock } = this.#options;
    const query = new URLSearchParams({ platform, ...(version === undefined ? {} : { version }) });
    return await this.#withWay(signal, async (way) => {
      try {
        const answer = await callCloud(way, { method: 'GET', path: `${this.#base}?${query}`, signal }, () =>
          clock.now(),
        );
        const release = SignedRelease.safeParse(answer);
        if (!release.success) throw new DemarcError('link.malformed', 'release');
        return release.data;
      } catch (error) {
        const { code } = toDemarcError(error);
        if (code === 'update.none') return undefined;
        throw error;
      }
    });
  }

  async fetch(
    archive: ReleaseManifest['archive'],
    path: string,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (bytes: number) => void },
  ): Promise<void> {
    const part = `${path}.part`;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#withWay(signal, (way) => this.#append(way, archive, part, { signal, onProgress }));
        await rename(part, path);
        return;
      } catch (thrown) {
        signal.throwIfAborted();
        const error = toDemarcError(thrown);
        // Only what may pass by itself is tried again.
        if (attempt === TRIES || !error.code.startsWith('link.')) {
          if (error.code.startsWith('update.')) throw error;
          throw new DemarcError('update.download-failed', error.message, { cause: error });
        }
        await sleep((this.#options.retryMs ?? RETRY_MS) * attempt, undefined, { signal });
      }
    }
  }

  get #base(): string {
    return `/api/v1/device/releases/${encodeURIComponent(this.#options.channel())}`;
  }

  async #withWay<T>(signal: AbortSignal, use: (way: CloudWay) => Promise<T>): Promise<T> {
    const target = this.#options.target();
    if (target === undefined) throw new DemarcError('update.no-source');
    const way = await cloudWay(target, this.#options.identity(), signal);
    try {
      return await use(way);
    } finally {
      way.close();
    }
  }

  /** One answer, appended to what is there. Resolves when everything is on the disk. */
  async #append(
    way: CloudWay,
    { file, bytes }: ReleaseManifest['archive'],
    part: string,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (bytes: number) => void },
  ): Promise<void> {
    const there = (await stat(part).catch(() => undefined))?.size ?? 0;
    if (there > bytes) await rm(part, { force: true });
    const from = there > bytes ? 0 : there;
    if (from === bytes) return;
    const answer = await this.#ask(way, `${this.#base}/${encodeURIComponent(file)}`, from, signal);
    const start = startOf(answer, from);
    const handle = await open(part, start === 0 ? 'w' : 'r+', 0o600);
    let at = start;
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        if (at + chunk.length > bytes) throw new DemarcError('update.bad-archive', `longer than ${bytes} bytes`);
        for (let done = 0; done < chunk.length; ) {
          done += (await handle.write(chunk, done, chunk.length - done, at + done)).bytesWritten;
        }
        at += chunk.length;
        onProgress(at);
      }
      await handle.sync();
    } catch (error) {
      throw isOfDisk(error)
        ? new DemarcError('update.no-space', String((error as NodeJS.ErrnoException).code), { cause: error })
        : connectionError(error, way.circumstances());
    } finally {
      await handle.close();
    }
    if (at < bytes) throw new DemarcError('link.unreachable', `the answer ended after ${at} of ${bytes} bytes`);
  }

  #ask(way: CloudWay, path: string, from: number, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request({
        method: 'GET',
        ...hostAndPort(way.url),
        path: way.url.pathname.replace(/\/$/, '') + path,
        agent: way.agent,
        ...way.tls,
        signal,
        headers: from === 0 ? {} : { range: `bytes=${from}-` },
      });
      asked.once('error', (error) => reject(connectionError(error, way.circumstances())));
      asked.setTimeout(STALL_MS, () => asked.destroy(new Error('nothing came for half a minute')));
      asked.once('response', (answer) => {
        const status = answer.statusCode ?? 0;
        if (status === 200 || status === 206) return resolve(answer);
        answer.resume();
        return reject(refusal(status, answer.headers['retry-after'], '', this.#options.clock.now()));
      });
      asked.end();
    });
  }
}

/** Where the content of an answer begins. @throws DemarcError `link.malformed` for a part that was not asked for */
function startOf(answer: IncomingMessage, from: number): number {
  if (answer.statusCode === 200) return 0;
  const start = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1];
  if (start === undefined || Number(start) !== from) throw new DemarcError('link.malformed', 'content-range');
  return from;
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG'].includes(String(error.code));

/** The SHA-256 of a file, in hex; read piece by piece. */
export async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}
