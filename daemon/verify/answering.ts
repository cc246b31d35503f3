import { randomBytes } from 'node:crypto';
import type { Log } from '#config/log.ts';
import type { OptionsListener } from '#sip-trunks/answer/listener.ts';
import type { WantedTrunks } from '../trunks/wanted-trunks.ts';

interface AnsweringParts {
  trunks: Pick<WantedTrunks, 'list' | 'onChange'>;
  /** 0: PBXs are not answered. */
  port: number;
  log: Log;
}

/**
 * Answers the OPTIONS with which PBXs watch this gateway, over UDP and TCP. Listens from the first trunk on; a gateway
 * without trunks opens no port. A port that is taken is told once and does not keep the daemon from running.
 */
export class TrunkAnswering {
  readonly #parts: AnsweringParts;
  #listener: Promise<OptionsListener | undefined> | undefined;
  #stopped = false;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    parts.trunks.onChange(() => this.#listenOnce());
    this.#listenOnce();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await (await this.#listener)?.close();
  }

  #listenOnce(): void {
    const { trunks, port } = this.#parts;
    if (this.#stopped || port === 0 || trunks.list().length === 0) return;
    this.#listener ??= this.#open(port);
  }

  async #open(port: number): Promise<OptionsListener | undefined> {
    const { log } = this.#parts;
    try {
      const { OptionsListener } = await import('#sip-trunks/answer/listener.ts');
      const listener = await OptionsListener.open({ host: '0.0.0.0', port, tagKey: randomBytes(16) });
      log.info({ port }, 'the OPTIONS of PBXs are answered');
      return listener;
    } catch (error) {
      log.warn(
        { code: 'trunk.answer-port-taken', err: error, port },
        'the OPTIONS of PBXs cannot be answered on this port; choose another with DEMARC_SIP_PORT',
      );
      return undefined;
    }
  }
}
