import { randomBytes } from 'node:crypto';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { OptionsListener } from '#sip-trunks/answer/listener.ts';
import type { WantedTrunks } from '../trunks/wanted-trunks.ts';
import type { TrunkAccesses } from './trunk-access.ts';

interface AnsweringParts {
  trunks: Pick<WantedTrunks, 'list' | 'onChange'>;
  accesses: Pick<TrunkAccesses, 'open' | 'onChange'>;
  /** For UDP and TCP; TLS has the next one. 0: PBXs are not answered. */
  port: number;
  log: Log;
}

interface Identity {
  certificate: string;
  key: string;
}

const EVERYWHERE = ['0.0.0.0', '::'];
/** A host without IPv6. */
const NO_FAMILY = ['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'];

/**
 * Answers the OPTIONS with which PBXs watch this gateway, over UDP and TCP, and over TLS from when one of the trunks was
 * given a certificate of ours. Listens from the first trunk on; a gateway without trunks opens no port. A port that is
 * taken is told once and does not keep the daemon from running.
 */
export class TrunkAnswering {
  readonly #parts: AnsweringParts;
  readonly #tagKey = randomBytes(16);
  #plain: OptionsListener[] | undefined;
  #secure: OptionsListener[] = [];
  #shown: Identity | undefined;
  #stopped = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    const refresh = () => {
      this.#turn = this.#turn
        .then(() => this.#refresh())
        .catch((error: unknown) => {
          parts.log.error({ code: toDemarcError(error).code, err: error }, 'the OPTIONS of PBXs may not be answered');
        });
    };
    parts.trunks.onChange(refresh);
    parts.accesses.onChange(refresh);
    refresh();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    await Promise.all([...(this.#plain ?? []), ...this.#secure].map((listener) => listener.close()));
  }

  async #refresh(): Promise<void> {
    const { trunks, port } = this.#parts;
    if (this.#stopped || port === 0 || trunks.list().length === 0) return;
    this.#plain ??= await this.#open(port);
    const identity = await this.#identity();
    if (identity?.certificate === this.#shown?.certificate && identity?.key === this.#shown?.key) return;
    await Promise.all(this.#secure.map((listener) => listener.close()));
    this.#shown = identity;
    this.#secure = identity && port < 65_535 ? await this.#open(port + 1, identity) : [];
  }

  /** That of the first trunk that has one. */
  async #identity(): Promise<Identity | undefined> {
    const { trunks, accesses } = this.#parts;
    for (const { id } of trunks.list()) {
      const { trust } = await accesses.open(id);
      if (trust.certificate !== undefined && trust.key !== undefined) {
        return { certificate: trust.certificate, key: trust.key };
      }
    }
    return undefined;
  }

  async #open(port: number, tls?: Identity): Promise<OptionsListener[]> {
    const { log } = this.#parts;
    const { OptionsListener } = await import('#sip-trunks/answer/listener.ts');
    const open: OptionsListener[] = [];
    for (const host of EVERYWHERE) {
      try {
        open.push(await OptionsListener.open({ host, port, tagKey: this.#tagKey, ...(tls ? { tls } : {}) }));
      } catch (error) {
        if (error instanceof Error && 'code' in error && NO_FAMILY.includes(String(error.code))) continue;
        log.warn(
          { code: 'trunk.answer-port-taken', err: error, host, port },
          'the OPTIONS of PBXs cannot be answered on this port; choose another with DEMARC_SIP_PORT',
        );
      }
    }
    if (open.length > 0) log.info({ port, tls: tls !== undefined }, 'the OPTIONS of PBXs are answered');
    return open;
  }
}
