import { createHash, type X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import { Instant } from '#contract/ids.ts';

/** What is remembered of a system's certificate. Fingerprints are SHA-256 in hex. */
export const SeenCertificate = z.object({
  /** Of the public key: a certificate that was renewed with the same key is the same system. */
  key: z.string().length(64),
  /** Of the whole certificate, as browsers and the system's own pages show it. */
  certificate: z.string().length(64),
  subject: z.string().max(500),
  validTo: z.string().max(64),
  seenAt: Instant,
});
export type SeenCertificate = z.infer<typeof SeenCertificate>;

/** What is known of one service: the certificate that is trusted, and another one that was shown since. */
export const Pin = z.object({ trusted: SeenCertificate, other: SeenCertificate.optional() });
export type Pin = z.infer<typeof Pin>;

const PinDocument = z.object({ version: z.literal(1), pins: z.record(z.string().max(100), Pin) });

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function seen(certificate: X509Certificate, clock: Clock): SeenCertificate {
  return {
    key: sha256(certificate.publicKey.export({ type: 'spki', format: 'der' })),
    certificate: sha256(certificate.raw),
    subject: certificate.subject.replaceAll('\n', ', ').slice(0, 500),
    validTo: new Date(certificate.validTo).toISOString(),
    seenAt: instant(clock),
  };
}

/**
 * The certificates of the systems at the site, trusted on first use: hardly any of them has one of a public CA. Another
 * key than before is refused until a person at the site accepts it.
 */
export class Pins {
  readonly #file: DocumentFile<typeof PinDocument>;
  readonly #clock: Clock;
  #pins: Record<string, Pin>;
  #saving: Promise<unknown> = Promise.resolve();

  private constructor(file: DocumentFile<typeof PinDocument>, clock: Clock, pins: Record<string, Pin>) {
    this.#file = file;
    this.#clock = clock;
    this.#pins = pins;
  }

  /** @throws DemarcError `config.invalid`, `config.unreadable`: what was trusted must not be forgotten silently */
  static async load(path: string, clock: Clock): Promise<Pins> {
    const file = new DocumentFile(path, PinDocument);
    const { value } = await file.load();
    return new Pins(file, clock, value?.pins ?? {});
  }

  get(service: string): Pin | undefined {
    return this.#pins[service];
  }

  all(): Readonly<Record<string, Pin>> {
    return this.#pins;
  }

  /** Judges what a service shows now. A first certificate is on disk before it is called trusted. @throws DemarcError `config.unwritable` */
  async judge(service: string, certificate: X509Certificate): Promise<'first' | 'same' | 'changed'> {
    const now = seen(certificate, this.#clock);
    const pin = this.#pins[service];
    if (pin === undefined) {
      await this.#put(service, { trusted: now });
      return 'first';
    }
    if (pin.trusted.key === now.key) return 'same';
    if (pin.other?.certificate !== now.certificate) await this.#put(service, { trusted: pin.trusted, other: now });
    return 'changed';
  }

  /** A person at the site accepts the certificate with this fingerprint. False when it is not the one that was shown. */
  async accept(service: string, certificate: string): Promise<boolean> {
    const other = this.#pins[service]?.other;
    if (other?.certificate !== certificate) return false;
    await this.#put(service, { trusted: other });
    return true;
  }

  async #put(service: string, pin: Pin): Promise<void> {
    this.#pins = { ...this.#pins, [service]: pin };
    const save = () => this.#file.save({ version: 1, pins: this.#pins });
    const saved = this.#saving.then(save, save);
    this.#saving = saved.catch(() => undefined);
    await saved;
  }
}
