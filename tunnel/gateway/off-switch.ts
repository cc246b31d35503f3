import { stat } from 'node:fs/promises';
import { removeFile, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';

/** How often the file is looked at while something could be cut, in milliseconds. */
const LOOK_MS = 400;

/**
 * The customer's own switch: while its file exists, nothing goes through any tunnel. A file outlives restarts and power
 * cuts, needs neither daemon nor cloud, and can be made by hand.
 */
export class OffSwitch {
  readonly #path: string;
  readonly #onOff: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** `onOff` is called while watching, each time that it is found switched off. */
  constructor(path: string, onOff: () => void) {
    this.#path = path;
    this.#onOff = onOff;
  }

  /** Looks now. What cannot be looked at counts as off: the doubt is the customer's. */
  async isOff(): Promise<boolean> {
    try {
      await stat(this.#path);
      return true;
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
    }
  }

  /** @throws DemarcError `config.unwritable` */
  async turnOff(clock: Clock, who: string): Promise<void> {
    await replaceFile(this.#path, `${JSON.stringify({ at: new Date(clock.now()).toISOString(), who })}\n`);
    this.#onOff();
  }

  async turnOn(): Promise<void> {
    await removeFile(this.#path);
  }

  /** Watches until `stop`; needed only while there is something to cut. */
  watch(): void {
    this.#timer ??= setInterval(() => {
      void this.isOff().then((off) => off && this.#onOff());
    }, LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
