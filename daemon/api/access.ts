import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const WRONG_PER_MINUTE = 10;
const REMEMBERED_ADDRESSES = 1000;
const MINUTE_MS = 60_000;

/** The admin token of the local API; made at the first start, readable by the daemon's user alone. */
export async function loadToken(path: string): Promise<string> {
  const known = (await readFileIfThere(path))?.trim();
  if (known !== undefined && /^[\w-]{40,}$/.test(known)) {
    await chmod(path, 0o600);
    return known;
  }
  const token = randomBytes(32).toString('base64url');
  await replaceFile(path, `${token}\n`, 0o600);
  return token;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Compares tokens in constant time and slows down who guesses. The right token is always let in: 256 bits cannot be
 * guessed, and another program on this machine must not be able to lock the admin out.
 */
export class AccessGuard {
  readonly #digest: Buffer;
  readonly #clock: Clock;
  readonly #wrong = new Map<string, { count: number; since: number }>();

  constructor(token: string, clock: Clock) {
    this.#digest = digest(token);
    this.#clock = clock;
  }

  /** @throws DemarcError `daemon.bad-token`, `daemon.too-many-tries` */
  check(authorization: string | undefined, address: string): void {
    const given = /^Bearer ([\w-]{1,200})$/.exec(authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), this.#digest)) return;
    const now = this.#clock.now();
    const known = this.#wrong.get(address);
    const fresh = known !== undefined && Math.abs(now - known.since) < MINUTE_MS;
    const entry = fresh ? { count: known.count + 1, since: known.since } : { count: 1, since: now };
    this.#wrong.delete(address);
    if (this.#wrong.size >= REMEMBERED_ADDRESSES) {
      const oldest = this.#wrong.keys().next();
      if (oldest.done !== true) this.#wrong.delete(oldest.value);
    }
    this.#wrong.set(address, entry);
    throw new DemarcError(entry.count > WRONG_PER_MINUTE ? 'daemon.too-many-tries' : 'daemon.bad-token');
  }
}
