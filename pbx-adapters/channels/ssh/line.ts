import { within } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { SshSession } from './session.ts';
import type { SshAccess } from './settings.ts';

/** How long a read waits for the one before it, in milliseconds. */
const MAX_TURN = 15 * 60_000;

/**
 * The one connection to one peer. Reads take turns on it; between them it stays open for a while, so that a schedule of
 * reads is one log-in and not many.
 */
export class SshLine {
  readonly #access: SshAccess;
  readonly #loginGuard: LoginGuard;
  readonly #idleMs: number;
  #last: Promise<void> = Promise.resolve();
  #kept: SshSession | undefined;
  #closing: NodeJS.Timeout | undefined;

  constructor(options: { access: SshAccess; loginGuard: LoginGuard; idleMs?: number }) {
    this.#access = options.access;
    this.#loginGuard = options.loginGuard;
    this.#idleMs = options.idleMs ?? 60_000;
  }

  /**
   * The session, logged in, for as long as the lease is held.
   * @throws DemarcError as `SshSession.open`
   */
  async lease(signal: AbortSignal): Promise<{ session: SshSession } & AsyncDisposable> {
    const turn = await this.turn(signal);
    try {
      clearTimeout(this.#closing);
      const kept = this.#kept;
      this.#kept = undefined;
      const session = kept?.usable
        ? kept
        : await SshSession.open(this.#access, { signal, loginGuard: this.#loginGuard });
      session.idle(false);
      return {
        session,
        [Symbol.asyncDispose]: async () => {
          this.#keep(session);
          await turn[Symbol.asyncDispose]();
        },
      };
    } catch (error) {
      await turn[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits until nobody else talks to the peer, for a probe with a connection of its own. @throws DemarcError `pbx.timeout`, `pbx.canceled` */
  async turn(signal: AbortSignal): Promise<AsyncDisposable> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = before.then(() => promise);
    try {
      await within(before, 'waiting for the read that is under way', MAX_TURN, signal);
    } catch (error) {
      resolve();
      throw error;
    }
    return { [Symbol.asyncDispose]: async () => resolve() };
  }

  #keep(session: SshSession): void {
    if (!session.usable) return;
    session.idle(true);
    this.#kept = session;
    this.#closing = setTimeout(() => {
      this.#kept = undefined;
      // Ending cannot fail in a way that concerns anybody.
      session.close().catch(() => undefined);
    }, this.#idleMs).unref();
  }
}
