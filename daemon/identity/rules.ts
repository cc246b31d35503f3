import { X509Certificate } from 'node:crypto';
import { CLOCK_TOLERANCE_MS } from './cloud-clock.ts';

/** How a certificate stands. `clock-wrong`: it cannot be judged, because the clock is off. */
export type CertificateState = 'valid' | 'renewal-due' | 'expired' | 'clock-wrong';

/**
 * Judges a certificate by the time of the cloud (`now` minus `skew`, how far the clock is ahead, in milliseconds).
 * Renewed at two thirds of its life. While the skew is not known, nothing is declared expired: the clock may be what
 * is wrong, and the cloud is the judge in the end.
 */
export function certificateState(certificate: string, now: number, skew: number | undefined): CertificateState {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (skew !== undefined && Math.abs(skew) > CLOCK_TOLERANCE_MS) return 'clock-wrong';
  if (skew !== undefined && now - skew >= to) return 'expired';
  return now - (skew ?? 0) >= from + ((to - from) * 2) / 3 ? 'renewal-due' : 'valid';
}
