import type { Clock } from '#config/clock.ts';
import { TooManyRequests } from './too-many-requests.ts';

interface Window {
  count: number;
  endsAt: number;
}

interface AttemptsOptions {
  clock: Clock;
  limit: number;
  windowMs: number;
  keys?: number;
  code?: 'api.too-many-requests' | 'enrolment.too-many-tries';
}

/**
 * Counts attempts by key in fixed windows. Bounded: beyond `keys` the one unused for longest is forgotten. An attempt
 * counts when it begins, so that many at once cannot slip through, and is given back when it was a good one.
 */
export class Attempts {
  readonly #windows = new Map<string, Window>();
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** @throws TooManyRequests when the window's limit is reached */
  begin(key: string): void {
    const { clock, limit, windowMs, keys = 10_000, code } = this.#options;
    const now = clock.now();
    const known = this.#windows.get(key);
    const window = known !== undefined && known.endsAt > now ? known : { count: 0, endsAt: now + windowMs };
    if (window.count >= limit) throw new TooManyRequests(Math.max(1, Math.ceil((window.endsAt - now) / 1000)), code);
    window.count += 1;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    if (this.#windows.size > keys) {
      const [oldest] = this.#windows.keys();
      if (oldest !== undefined) this.#windows.delete(oldest);
    }
  }

  /** Takes one attempt back: it was not a wrong guess. */
  giveBack(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined) window.count = Math.max(0, window.count - 1);
  }
}

/** The key under which attempts of one address count; of IPv6 the /64, because a subscriber holds a whole one. */
export function addressKey(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head.split(':').filter((group) => group !== '');
  const right = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':');
}
