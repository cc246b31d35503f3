import { createHash } from 'node:crypto';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** A host key as a person compares it. */
export interface HostKey {
  /** Such as `ssh-ed25519` (RFC 4253 section 6.6). */
  type: string;
  /** As OpenSSH prints it. */
  fingerprint: string;
}

/** The key blob of the key exchange: a length-prefixed type, then the key itself. */
export function readHostKey(blob: Buffer): HostKey {
  const size = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  const type = blob.toString('latin1', 4, 4 + Math.min(size, 64)).replaceAll(/[^\x21-\x7e]/g, '?');
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type, fingerprint: `SHA256:${hash}` };
}

/**
 * Whether this is the key that a person confirmed. No password is sent before.
 * @throws DemarcError `pbx.host-key-unconfirmed`, `pbx.host-key-changed`
 */
export function requireKey(found: HostKey, confirmed: string | undefined): void {
  if (confirmed === undefined) {
    throw new DemarcError('pbx.host-key-unconfirmed', `${found.type} ${found.fingerprint}`);
  }
  if (found.fingerprint !== confirmed) {
    throw new DemarcError('pbx.host-key-changed', `confirmed ${confirmed}, found ${found.type} ${found.fingerprint}`);
  }
}
