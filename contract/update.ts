/** Updates of the gateway itself: when, and how it stands with them. */
import { z } from 'zod';
import { Instant } from './ids.ts';
import { Reason } from './users.ts';

/** When a gateway updates itself, in the time zone of its site (GWS-5 to GWS-8, DMN-11 to DMN-13). `day` 0 is Sunday. */
export const UpdateSchedule = z.strictObject({
  automatic: z.boolean(),
  frequency: z.enum(['daily', 'weekly']),
  day: z.int().min(0).max(6).default(0),
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 01:17'),
  paused: z.boolean().default(false),
});
export type UpdateSchedule = z.infer<typeof UpdateSchedule>;

/** How the gateway stands with updates of itself (GWS-5 to GWS-8, DMN-11, DMN-12). */
export const UpdateStatus = z.looseObject({
  /** `unsupported` where the installation has no two slots, as in a container: the image is updated instead. */
  phase: z.enum(['idle', 'checking', 'downloading', 'verifying', 'switching', 'proving', 'unsupported']),
  schedule: UpdateSchedule,
  /** Version that waits to be installed. */
  available: z.string().max(64).nullable(),
  lastCheckAt: Instant.nullable(),
  nextCheckAt: Instant.nullable(),
  /** The last update that was tried and what came of it. */
  last: z
    .object({
      at: Instant,
      from: z.string().max(64),
      to: z.string().max(64),
      outcome: z.enum(['Updated', 'Rolled back', 'Failed']),
      reason: Reason.optional(),
    })
    .nullable(),
});
export type UpdateStatus = z.infer<typeof UpdateStatus>;

/** The reason of an `up/conn` that says a gateway is away because it updates itself. */
export const LEAVING_FOR_UPDATE = 'updating';

/** `1.2.3`, `1.2.3-rc.1`, `1.2.3+51`, as Semantic Versioning 2.0.0 has it. */
const VERSION = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]{1,32}))?(?:\+[0-9A-Za-z.-]{1,32})?$/;

/** The version of a release. */
export const Version = z.string().max(64).regex(VERSION, 'must be a version such as 1.2.3');
/** What a release is built for, as Node names it: `linux-x64`. */
export const Platform = z.string().regex(/^[a-z0-9]{1,16}-[a-z0-9_]{1,16}$/, 'must be a platform such as linux-x64');
/** A line of releases, such as `stable`. */
export const Channel = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be a channel such as stable');

/** What a release says of itself; the signature is over the exact bytes of this document. */
export const ReleaseManifest = z.looseObject({
  product: z.literal('demarc-gateway'),
  version: Version,
  /** The oldest version that may update to this one directly. */
  minVersion: Version.optional(),
  platform: Platform,
  createdAt: Instant,
  notes: z.string().max(4000).default(''),
  archive: z.object({
    file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,120}\.tar\.gz$/, 'must be the name of a .tar.gz file'),
    bytes: z.int().min(1).max(500_000_000),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  /** What unpacking may come to at most. */
  unpacked: z.object({ files: z.int().min(1).max(20_000), bytes: z.int().min(1).max(2_000_000_000) }),
});
export type ReleaseManifest = z.infer<typeof ReleaseManifest>;

/**
 * A release as it is offered: the manifest as text and its Ed25519 signature, one document so that the two can never be
 * of different releases.
 */
export const SignedRelease = z.looseObject({
  manifest: z.string().max(65_536),
  /** Base64. */
  signature: z.string().max(128),
});
export type SignedRelease = z.infer<typeof SignedRelease>;

const compareNumbers = (a: number, b: number): number => Math.sign(a - b);

/** Negative when `a` is the older version, by the precedence of Semantic Versioning 2.0.0 (section 11). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  // What is no version at all is older than everything.
  if (left === null || right === null) return compareNumbers(left === null ? 0 : 1, right === null ? 0 : 1);
  for (const at of [1, 2, 3]) {
    const order = compareNumbers(Number(left[at]), Number(right[at]));
    if (order !== 0) return order;
  }
  return comparePreReleases(left[4], right[4]);
}

function comparePreReleases(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return compareNumbers(a === undefined ? 1 : 0, b === undefined ? 1 : 0);
  const [left, right] = [a.split('.'), b.split('.')];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [x, y] = [left[at], right[at]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const [isX, isY] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (isX !== isY) return isX ? -1 : 1;
    const order = isX ? compareNumbers(Number(x), Number(y)) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}
