interface LimiterOptions {
  /** Answers a second for one source, and for all together. */
  perSource: number;
  overall: number;
  /** How many sources are told apart; when there are more, the oldest is forgotten. */
  mostSources: number;
}

interface Bucket {
  left: number;
  at: number;
}

/**
 * How much is answered to whom: a bucket of two seconds for each source and one for all of them. Sources of UDP can be
 * forged, so the table of them is bounded and the bucket for all is what a flood of forged ones runs into.
 */
export class AnswerLimiter {
  readonly #options: LimiterOptions;
  readonly #sources = new Map<string, Bucket>();
  readonly #all: Bucket;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#all = { left: options.overall * 2, at: 0 };
  }

  /** How many sources it remembers. */
  get size(): number {
    return this.#sources.size;
  }

  /** Whether this source may be answered now (milliseconds, monotonic). */
  allows(source: string, now: number): boolean {
    const { perSource, overall, mostSources } = this.#options;
    let bucket = this.#sources.get(source);
    if (!bucket) {
      if (this.#sources.size >= mostSources) {
        const [oldest] = this.#sources.keys();
        if (oldest !== undefined) this.#sources.delete(oldest);
      }
      bucket = { left: perSource * 2, at: now };
      this.#sources.set(source, bucket);
    }
    // Whoever is over his own limit takes nothing from the others.
    return take(bucket, perSource, now) && take(this.#all, overall, now);
  }
}

function take(bucket: Bucket, rate: number, now: number): boolean {
  bucket.left = Math.min(rate * 2, bucket.left + ((now - bucket.at) / 1000) * rate);
  bucket.at = now;
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}
