import type { Socket } from 'node:net';
import { type AnyAuthMethod, Client, type ClientChannel } from 'ssh2';
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { openSocket, within } from '#pbx-adapters/channels/ldap/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { sshError } from './errors.ts';
import { type HostKey, readHostKey, requireKey } from './host-key.ts';
import { LineSplitter } from './lines.ts';
import type { SshAccess } from './settings.ts';

/** How much of what a command says beside its output is kept for the error text, in characters. */
const MAX_COMPLAINT = 500;

/** How a command ended; `status` undefined when the connection broke off before the peer said so. */
export interface CommandEnd {
  status: number | undefined;
  /** The start of what it wrote to its error output. */
  complaint: string;
}

/** What is known of the log-in: the verdict may also be that the peer hangs up. */
type LoginState = 'not-asked' | 'password-sent' | 'no-method' | 'accepted';

/**
 * One SSH connection (RFC 4251 to 4254), from the greeting to the end, one command at a time. The host key is compared
 * before anything is sent; a password is sent at most once.
 */
export class SshSession implements AsyncDisposable {
  readonly hostKey: HostKey;
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #access: SshAccess;
  readonly #fault: Fault;
  readonly #answerKey: (accepted: boolean) => void;
  readonly #door: Door;
  #busy = false;

  private constructor(parts: {
    hostKey: HostKey;
    client: Client;
    socket: Socket;
    access: SshAccess;
    fault: Fault;
    answerKey: (accepted: boolean) => void;
    door: Door;
  }) {
    this.hostKey = parts.hostKey;
    this.#client = parts.client;
    this.#socket = parts.socket;
    this.#access = parts.access;
    this.#fault = parts.fault;
    this.#answerKey = parts.answerKey;
    this.#door = parts.door;
  }

  /**
   * Connects, compares the host key, logs in.
   * @throws DemarcError `pbx.…`, `ssh.…`; `pbx.login-stopped` without a try when the guard says so
   */
  static async open(access: SshAccess, options: { signal: AbortSignal; loginGuard: LoginGuard }): Promise<SshSession> {
    options.loginGuard.allow();
    const session = await SshSession.connect(access, options.signal);
    try {
      session.confirmKey();
      await session.logIn(options);
      return session;
    } catch (error) {
      session.#discard();
      throw error;
    }
  }

  /** The first step of `open`: TCP and key exchange, so that the peer has proven its host key. @throws DemarcError `pbx.…`, `ssh.protocol` */
  static async connect(access: SshAccess, signal: AbortSignal): Promise<SshSession> {
    const where = `${access.host}:${access.port}`;
    const socket = await openSocket(access, access.connectMs, signal);
    const client = new Client();
    const fault = new Fault();
    const door = new Door(access);
    const key = Promise.withResolvers<{ blob: Buffer; answer: (accepted: boolean) => void }>();
    client.on('error', (error) => fault.report(sshError(error, where)));
    client.on('close', () => fault.report(new DemarcError('pbx.unreachable', `${where}: the connection was closed`)));
    client.on('ready', () => door.accepted());
    client.connect({
      sock: socket,
      username: access.user,
      // Every wait is bounded by this side.
      readyTimeout: 0,
      hostVerifier: (blob: Buffer, answer: (accepted: boolean) => void): void => key.resolve({ blob, answer }),
      authHandler: door.next,
    });
    try {
      const shown = Promise.race([key.promise, fault.promise]);
      const { blob, answer } = await within(shown, `SSH key exchange with ${where}`, access.connectMs, signal);
      return new SshSession({ client, socket, access, fault, door, hostKey: readHostKey(blob), answerKey: answer });
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  /** The second step: no byte of a log-in leaves before. @throws DemarcError `pbx.host-key-unconfirmed`, `pbx.host-key-changed` */
  confirmKey(): void {
    requireKey(this.hostKey, this.#access.hostKeyFingerprint);
  }

  /** The third step. @throws DemarcError `pbx.bad-credentials`, `pbx.login-stopped`, `ssh.no-password-login` */
  async logIn(options: { signal: AbortSignal; loginGuard: LoginGuard }): Promise<void> {
    const { signal, loginGuard } = options;
    const { connectMs, user } = this.#access;
    this.confirmKey();
    await loginGuard.inTurn(signal, async () => {
      loginGuard.allow();
      this.#answerKey(true);
      try {
        await within(Promise.race([this.#door.opened, this.#fault.promise]), `log-in as ${user}`, connectMs, signal);
      } catch (error) {
        if (this.#door.state === 'no-method') throw new DemarcError('ssh.no-password-login', user, { cause: error });
        // A server that hangs up on the password has refused it as well: it may count this towards a lock.
        if (this.#door.state !== 'password-sent' || !this.#fault.error) throw error;
        await loginGuard.refused();
        throw new DemarcError('pbx.bad-credentials', `${user}: ${this.#fault.error.detail ?? ''}`, { cause: error });
      }
      await loginGuard.accepted();
    });
  }

  /** Whether another command can be run on this connection. */
  get usable(): boolean {
    return this.#fault.error === undefined && !this.#busy;
  }

  /**
   * Runs a command and gives its lines as byte strings (latin1) as they come, and at the end how it ended. When the
   * caller stops before the end, or the command hangs, the connection is given up: it may still be running there.
   * @throws DemarcError `pbx.timeout` naming the command, `pbx.canceled`, `ssh.refused`, `ssh.too-much`, `pbx.unreachable`
   */
  async *run(command: string, signal: AbortSignal): AsyncGenerator<string, CommandEnd, void> {
    if (this.#fault.error) throw this.#fault.error;
    if (this.#busy) throw new Error('one command at a time');
    this.#busy = true;
    let finished = false;
    const budget = new WaitBudget(command, this.#access.commandMs, signal);
    try {
      const channel = await budget.wait(this.#start(command));
      const ended = new Promise<number | undefined>((resolve) => {
        channel.once('close', (status: unknown) => resolve(typeof status === 'number' ? status : undefined));
      });
      let complaint = '';
      channel.stderr.on('data', (piece: Buffer) => {
        complaint = (complaint + piece.toString('utf8')).slice(0, MAX_COMPLAINT);
      });
      const lines = new LineSplitter();
      const pieces = channel.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
      for (;;) {
        const piece: IteratorResult<unknown> = await budget.wait(pieces.next());
        if (piece.done) break;
        if (Buffer.isBuffer(piece.value)) yield* lines.push(piece.value);
      }
      const status = await budget.wait(ended);
      finished = status !== undefined;
      // Half a line is one only when nothing can be missing after it.
      if (finished) yield* lines.end();
      return { status, complaint: complaint.trim() };
    } finally {
      this.#busy = false;
      if (!finished) this.#discard();
    }
  }

  /** Keeps the process alive only while somebody reads. */
  idle(isIdle: boolean): void {
    if (isIdle) this.#socket.unref();
    else this.#socket.ref();
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    this.#client.end();
    this.#socket.destroySoon();
    this.#fault.report(new DemarcError('pbx.canceled', 'connection closed'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(command: string): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown, code: ErrorCode) =>
        reject(this.#fault.error ?? new DemarcError(code, `${command}: ${String(error)}`, { cause: error }));
      try {
        this.#client.exec(command, (error, channel) => {
          if (error) fail(error, 'ssh.refused');
          else resolve(channel);
        });
      } catch (error) {
        // ssh2 throws when the socket is gone and it has not told yet.
        fail(error, 'pbx.unreachable');
      }
    });
  }

  #discard(): void {
    this.#client.destroy();
    this.#fault.report(new DemarcError('pbx.unreachable', 'the connection was given up'));
  }
}

/** The first fault of a connection; those that follow are consequences. */
class Fault {
  error: DemarcError | undefined;
  readonly #rejecters = Promise.withResolvers<never>();

  constructor() {
    // Nobody may be waiting when it happens.
    this.#rejecters.promise.catch(() => undefined);
  }

  get promise(): Promise<never> {
    return this.#rejecters.promise;
  }

  report(error: DemarcError): void {
    if (this.error) return;
    this.error = error;
    this.#rejecters.reject(error);
  }
}

/** The log-in (RFC 4252): asks which methods there are, then sends the password once, by the one method that fits. */
class Door {
  state: LoginState = 'not-asked';
  readonly opened: Promise<void>;
  readonly #open: () => void;
  readonly #access: SshAccess;

  constructor(access: SshAccess) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#open = resolve;
    this.#access = access;
  }

  accepted(): void {
    this.state = 'accepted';
    this.#open();
  }

  /** What to try next; false ends it. ssh2 takes this answer although its types know only the other way. */
  readonly next = (left: readonly string[] | null): AnyAuthMethod | false => {
    const { user: username, password } = this.#access;
    // Nothing is known yet: asking with no credentials makes the peer tell its methods (RFC 4252 section 5.2).
    if (left === null) return { type: 'none', username };
    if (this.state !== 'not-asked') return false;
    if (left.includes('password')) {
      this.state = 'password-sent';
      return { type: 'password', username, password };
    }
    if (!left.includes('keyboard-interactive')) {
      this.state = 'no-method';
      return false;
    }
    this.state = 'password-sent';
    return {
      type: 'keyboard-interactive',
      username,
      // One hidden question is the password; anything else is not for us to answer.
      prompt: (_name, _text, _language, questions, finish) =>
        finish(questions.length === 1 && questions[0]?.echo === false ? [password] : []),
    };
  };
}

/** Bounds the time for which a command makes us wait in all; the time that our own reader takes does not count. */
class WaitBudget {
  readonly #command: string;
  readonly #signal: AbortSignal;
  readonly #limitMs: number;
  #leftMs: number;

  constructor(command: string, limitMs: number, signal: AbortSignal) {
    this.#command = command;
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
    this.#signal = signal;
  }

  async wait<T>(work: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await within(work, this.#command, Math.max(1, this.#leftMs), this.#signal);
    } catch (error) {
      if (!(error instanceof DemarcError) || error.code !== 'pbx.timeout') throw error;
      throw new DemarcError('pbx.timeout', `the command “${this.#command}” let us wait for ${this.#limitMs} ms`);
    } finally {
      this.#leftMs -= performance.now() - started;
    }
  }
}
