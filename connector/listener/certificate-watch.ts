import type { Log } from '#config/log.ts';
import type { ServerIdentity } from '../pki/server-certificate.ts';

const DAY_MS = 86_400_000;

export interface CertificateWatchOptions {
  log: Log;
  /** What the listener shows now. */
  current: ServerIdentity;
  /** What it should show: issued anew or read again, as the case may be. */
  load: () => Promise<ServerIdentity>;
  show: (identity: ServerIdentity) => void;
}

/** Keeps the listener's certificate good while the process runs for months: looks once a day. */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  #current: ServerIdentity;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#current = options.current;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), DAY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Shows the certificate when it is another one; never throws, because the present one still serves. */
  async look(): Promise<void> {
    const { log, load, show } = this.#options;
    try {
      const next = await load();
      if (next.cert === this.#current.cert && next.key === this.#current.key) return;
      show(next);
      this.#current = next;
      log.info('the listener shows a new certificate');
    } catch (error) {
      log.error(
        { code: 'listener.certificate-not-renewed', err: error },
        'the certificate of the listener stays as it is',
      );
    }
  }
}
