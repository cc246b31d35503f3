/** What a collector of the support bundle is: one small file each, one concern, one time limit. */
import type { LogRequest } from '#contract/commands.ts';
import type { Redactor } from './redactor.ts';
import type { BundleSources } from './sources.ts';

/** Where a collector puts what it found; secrets are removed on the way. */
export interface CollectorOut {
  /** A text as it comes; what it throws ends the file early, and the manifest says so. */
  text(path: string, source: (redactor: Redactor) => AsyncIterable<Uint8Array | string>): Promise<void>;
  /** A document, as readable JSON. */
  document(path: string, value: unknown): Promise<void>;
}

export interface CollectorContext {
  sources: BundleSources;
  request: LogRequest;
  out: CollectorOut;
  /** Ends at the collector's time limit, or when nobody wants the bundle any more. */
  signal: AbortSignal;
}

export interface Collector {
  id: string;
  /** In milliseconds. */
  limitMs: number;
  /** @throws NotApplicable where there is nothing of the kind on this machine */
  collect(context: CollectorContext): Promise<void>;
}

/** There is nothing of the kind on this machine; no failure. */
export class NotApplicable extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotApplicable';
  }
}

/** How a collector ended, as the manifest has it. */
export interface CollectorResult {
  id: string;
  status: 'ok' | 'not applicable' | 'failed' | 'timed out';
  durationMs: number;
  detail?: string;
}
