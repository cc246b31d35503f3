import type { Socket } from 'node:net';
import type { Client, ClientChannel } from 'ssh2';
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { openSocket, within } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { sshError } from './errors.ts';
import { type HostKey, readHostKey, requireKey } from './host-key.ts';
import { LineSplitter } from './lines.ts';
import { Door } from './log-in.ts';
import type { SshAccess } from './settings.ts';
import { WaitBudget } from './wait-budget.ts';

/** How much of what a command says beside its output is kept for the error text, in characters. */
const MAX_COMPLAINT = 500;

/** How a command ended; `status` undefined when the connection broke off before the peer said so. */
export interface CommandEnd {
  status: number | undefined;
  /** The start of what it wrote to its error output. */
  complaint: string;
}

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
    // Loaded when first needed: most gateways have no PBX behind it, and memory of small ones is short.
    const { Client: SshClient } = await import('./library.ts');
    const socket = await openSocket(access, access.connectMs, signal);
    const client = new SshClient();
    const fault = new Fault();
    const door = new Door(access);
    const key = Promise.withResolvers<{ blob: Buffer; answer: (accepted: boolean) => void }>();
    let shown: Buffer | undefined;
    client.on('error', (error) => fault.report(sshError(error, where)));
    client.on('close', () => fault.report(new DemarcError('pbx.unreachable', `${where}: the connection was closed`)));
    client.on('ready', () => door.accepted());
    client.connect({
      sock: socket,
      username: access.user,
      // Every wait is bounded by this side.
      readyTimeout: 0,
      hostVerifier: (blob: Buffer, answer: (accepted: boolean) => void): void => {
        // Keys are exchanged anew from time to time; the host must stay the one that was confirmed.
        if (shown) answer(shown.equals(blob));
        else {
          shown = Buffer.from(blob);
          key.resolve({ blob: shown, answer });
        }
      },
      authHandler: door.next,
    });
    try {
      const first = Promise.race([key.promise, fault.promise]);
      const { blob, answer } = await within(first, `SSH key exchange with ${where}`, access.connectMs, signal);
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
      const told = await budget.wait(ended);
      // A peer may tell the status before it has sent all output (OpenSSH does), and a lost connection ends the stream as
      // well: only on one that is still there has everything come.
      const status = this.#fault.error ? undefined : told;
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
