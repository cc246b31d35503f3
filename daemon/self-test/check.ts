/** What a check of the self-test is: one small thing that is looked at, with its cause, effect and next step. */
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '#config/clock.ts';
import type { OutboxState } from '#contract/envelope.ts';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import type { ProbeReport } from '#pbx-adapters/adapter.ts';

/** Where the cloud is, how it is reached, and whom to believe there (the system's CAs when `trust` is left out). */
export interface CheckedCloud {
  url: URL;
  trust?:
    | ((
        signal: AbortSignal,
      ) => Promise<Pick<ConnectionOptions, 'ca' | 'checkServerIdentity' | 'allowPartialTrustChain'>>)
    | undefined;
  proxy?: URL | undefined;
}

/** What the checks may look at. Everything is handed in; a part that is not set up yet is undefined. */
export interface CheckContext {
  cloud: CheckedCloud | undefined;
  /** The gateway's certificate and key, PEM. */
  identity: { certificate: string; key: string } | undefined;
  stateFolder: string;
  /** Free bytes under which the disk is a warning, an error. */
  disk: { warnBytes: number; errorBytes: number };
  clock: Clock;
  outbox: () => OutboxState;
  /** Writes to the store and reads back. */
  writeToStore: () => Promise<void>;
  pbxs: readonly { id: string; name: string; probe: (signal: AbortSignal) => Promise<ProbeReport> }[];
}

/** What one check found. `effect` says what it means for the customer; cause and next step come with the code. */
export type Finding =
  | { status: 'ok' | 'skipped'; detail: string }
  | { status: 'warning' | 'error'; code: string; detail: string; effect: string; nextStep: string };

/** One check. `limitMs` is its own time limit; it may throw, which counts as an error of its own. */
export interface Check {
  id: string;
  title: string;
  /** What it means when this check fails. */
  effect: string;
  limitMs: number;
  run(context: CheckContext, signal: AbortSignal): Promise<Finding>;
}

export const ok = (detail: string): Finding => ({ status: 'ok', detail });
export const skipped = (detail: string): Finding => ({ status: 'skipped', detail });

/** A warning or error from the catalogue; `met` says what was met this time. */
export function problem(status: 'warning' | 'error', code: ErrorCode, met: string, effect: string): Finding {
  const entry = catalogue[code];
  return { status, code, detail: `${entry.cause} (${met})`, effect, nextStep: entry.nextStep };
}

export const NO_CLOUD = 'no cloud is set up yet';
