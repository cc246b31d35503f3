import { setTimeout as sleep } from 'node:timers/promises';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { SshLine } from '#pbx-adapters/channels/ssh/line.ts';
import { mdsh, saysNothingThere } from '#pbx-adapters/channels/ssh/mdsh.ts';
import type { MadeItem } from '#pbx-adapters/trunk-provisioner.ts';
import { asksFirst, isTrunkWrite, type TrunkPrint, trunkPrints } from './commands.ts';
import { type Facts, factsOf, type Lines, printOf } from './facts.ts';

/** Waits between the tries of a print after a lost connection, in milliseconds. */
const RETRIES = [500, 2000] as const;
const LOST: ReadonlySet<string> = new Set(['pbx.unreachable', 'pbx.truncated', 'pbx.timeout', 'ssh.protocol']);
/** In characters. */
const MAX_NAMED = 40;
/** A text in quotes on a command line must not hold what a shell or `mdsh` reads otherwise. */
const SAFE_PASSWORD = /^[\x21\x23\x25\x26\x28-\x5b\x5d-\x5f\x61-\x7e]{1,128}$/;

/** The prints and writes of trunks over the one line to the PBX; a password stands in no error text. */
export class TrunkShell {
  readonly #line: SshLine;
  readonly #password: string | undefined;

  constructor(line: SshLine, password: string | undefined) {
    this.#line = line;
    this.#password = password;
  }

  /** @throws DemarcError `trunk.no-password`, `trunk.unsafe-value` when the password is needed and cannot be used */
  requirePassword(): string {
    if (this.#password === undefined) throw new DemarcError('trunk.no-password');
    if (!SAFE_PASSWORD.test(this.#password)) throw new DemarcError('trunk.unsafe-value', 'password of the trunk');
    return this.#password;
  }

  /** Reads each print once, when it is first asked for. @throws DemarcError `pbx.…`, `ssh.…`, `mdsh.…` */
  snapshot(signal: AbortSignal): (thing: Pick<MadeItem, 'id' | 'wanted'>) => Promise<Facts | null> {
    const read = new Map<TrunkPrint, Lines>();
    return async (thing) => {
      const print = printOf(thing);
      let lines = read.get(print);
      if (lines === undefined) {
        lines = await this.#print(print, signal);
        read.set(print, lines);
      }
      return factsOf(thing, lines);
    };
  }

  /** What the PBX shows of one thing now. @throws DemarcError `pbx.…`, `ssh.…`, `mdsh.…` */
  async facts(item: Pick<MadeItem, 'id' | 'wanted'>, signal: AbortSignal): Promise<Facts | null> {
    return factsOf(item, await this.#print(printOf(item), signal));
  }

  /** A print changes nothing: it is tried again on a new connection when one is lost. */
  async #print(print: TrunkPrint, signal: AbortSignal): Promise<Lines> {
    for (const wait of [...RETRIES, undefined]) {
      try {
        return await this.#run(trunkPrints[print], signal);
      } catch (error) {
        if (saysNothingThere(error)) return [];
        if (wait === undefined || signal.aborted || !LOST.has(toDemarcError(error).code)) throw error;
        await sleep(wait, undefined, { signal });
      }
    }
    return [];
  }

  /** One write, once. @throws DemarcError `pbx.…`, `ssh.…`, `mdsh.…`; after a lost connection it may have happened */
  async write(command: string, secret: boolean, signal: AbortSignal): Promise<void> {
    if (!isTrunkWrite(command)) throw new DemarcError('trunk.unsafe-value', command.slice(0, 60));
    const password = secret ? this.requirePassword() : undefined;
    const whole = password === undefined ? command : `${command} -password "${password}"`;
    try {
      await this.#run(whole, signal);
    } catch (thrown) {
      const { code, detail = '' } = toDemarcError(thrown);
      const told = detail.replaceAll(whole, shortened(command));
      // Without its cause, which names the whole command.
      throw new DemarcError(code, password === undefined ? told : told.replaceAll(password, '…'));
    }
  }

  async #run(command: string, signal: AbortSignal): Promise<string[]> {
    await using lease = await this.#line.lease(signal);
    const lines: string[] = [];
    for await (const line of mdsh(lease.session, command, signal, { forced: asksFirst(command) })) lines.push(line);
    return lines;
  }
}

/** A command as an error names it: the reason behind it must not be cut off. */
const shortened = (command: string): string =>
  command.length <= MAX_NAMED ? command : `${command.slice(0, MAX_NAMED)}…`;
