import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { openSocket } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { callsInSnapshot } from './calls.ts';
import { CstaConnection, type CstaListener } from './connection.ts';
import { type CstaDevice, DeviceList } from './devices.ts';
import { sessionError, sessionReason } from './errors.ts';
import {
  type CstaRequest,
  getCapabilities,
  getDevices,
  renewSession,
  requestSystemStatus,
  snapshotDevice,
  startMonitor,
  startSession,
  stopSession,
  systemRegister,
} from './requests.ts';
import type { CstaAccess } from './settings.ts';
import type { CstaMessage } from './xml.ts';

/** How long a PBX that may not know sessions is given to say so, in milliseconds. */
const TRIAL_MS = 3000;
/** Renewing more often than this would be a flood, whatever duration the PBX names. */
const SHORTEST_RENEWAL_MS = 1000;
const LONGEST_RENEWAL_MS = 3_600_000;
/** Statuses in which a PBX does not serve applications (ECMA-323). */
const NOT_SERVING = new Set(['disabled', 'initializing']);

const REFUSALS: ReadonlySet<string> = new Set([
  'csta.not-offered',
  'csta.refused',
  'csta.no-access',
  'csta.limit',
  'csta.busy',
  'csta.wrong-state',
]);

/** How a link was started, for the person who looks at it. */
export interface CstaStart {
  /** The PBX told its status by itself. */
  greeted: boolean;
  session: boolean;
  status: string | undefined;
}

/** A working CSTA link. Every wait has a limit and follows the signal; errors are DemarcErrors only. */
export class CstaSession implements AsyncDisposable {
  readonly #connection: CstaConnection;
  readonly #access: CstaAccess;
  #sessionId: string | undefined;
  #renewal: NodeJS.Timeout | undefined;
  readonly #closed = new AbortController();

  private constructor(connection: CstaConnection, access: CstaAccess) {
    this.#connection = connection;
    this.#access = access;
  }

  /** Connects and starts. @throws DemarcError `pbx.…`, `csta.…`; `pbx.login-stopped` without a try */
  static async open(
    access: CstaAccess,
    options: { signal: AbortSignal; loginGuard: LoginGuard },
  ): Promise<CstaSession> {
    if (access.user !== undefined) options.loginGuard.allow();
    const link = await CstaSession.connect(access, options.signal);
    try {
      await link.start(options);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** The first step of `open`, for a probe that shows them one by one. @throws DemarcError `pbx.…` */
  static async connect(access: CstaAccess, signal: AbortSignal): Promise<CstaSession> {
    const socket = await openSocket(access, access.connectMs, signal);
    return new CstaSession(new CstaConnection(socket), access);
  }

  /**
   * The second step. Systems of one kind greet with their status and want to be registered with; those of the other
   * wait for an application session. Which one it is shows in who speaks first.
   * @throws DemarcError `csta.…`, `pbx.…`
   */
  async start(options: { signal: AbortSignal; loginGuard: LoginGuard }): Promise<CstaStart> {
    const { user, session } = this.#access;
    const greeted = await this.#connection.greeting(this.#access.greetingMs, options.signal);
    if (greeted) await this.#optional(systemRegister, options.signal);
    const wanted = user !== undefined || session === 'always';
    if (wanted) await this.#startSession(this.#access.operationMs, options);
    else if (session === 'auto' && !greeted) await this.#trySession(options);
    const answer = await this.#optional(requestSystemStatus, options.signal);
    const status = answer?.root.textAt('systemStatus') ?? this.#connection.status;
    if (status !== undefined && NOT_SERVING.has(status)) throw new DemarcError('csta.not-ready', status);
    return { greeted, session: this.#sessionId !== undefined, status };
  }

  /** What the PBX says of itself; undefined when it does not tell. @throws DemarcError `pbx.…`, `csta.protocol` */
  async manufacturer(signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#optional(getCapabilities, signal);
    return answer?.root.textAt('manufacturerName')?.slice(0, 256).toWellFormed();
  }

  /**
   * The stations, segment by segment. A PBX that cannot choose by category gives all devices.
   * @throws DemarcError `csta.not-offered`, other `csta.…`, `pbx.truncated` when it broke off, other `pbx.…`
   */
  async *devices(signal: AbortSignal): AsyncGenerator<CstaDevice[], void, void> {
    const limitMs = this.#access.operationMs;
    const list = new DeviceList({ limitMs, signal });
    const unlisten = this.#connection.listen(list);
    try {
      const answer =
        (await this.#optional(getDevices('station'), signal, isDeclined)) ??
        (await this.#connection.request(getDevices(), { limitMs, signal }));
      yield* list.read(answer.root.textAt('serviceCrossRefID'));
    } finally {
      unlisten();
    }
  }

  /** Has the PBX tell of the calls of a device. @throws DemarcError `csta.limit` when no more are allowed, and others */
  async monitor(deviceId: string, signal: AbortSignal): Promise<void> {
    await this.#connection.request(startMonitor(deviceId), { limitMs: this.#access.operationMs, signal });
  }

  /** The ids of the calls that a device has now; none when the PBX does not tell. @throws DemarcError `pbx.…` */
  async callsOf(deviceId: string, signal: AbortSignal): Promise<string[]> {
    const answer = await this.#optional(snapshotDevice(deviceId), signal);
    return answer ? callsInSnapshot(answer.root) : [];
  }

  /** Asks for any answer, to notice a PBX that went away without a word. @throws DemarcError `pbx.…` */
  async checkAlive(signal: AbortSignal): Promise<void> {
    await this.#optional(requestSystemStatus, signal);
  }

  /** Tells the listener what comes by itself from now on; the result ends that. */
  listen(listener: CstaListener): () => void {
    return this.#connection.listen(listener);
  }

  /** Ends the session in order and closes. */
  async close(): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#renewal);
    this.#connection.close(this.#sessionId === undefined ? undefined : stopSession(this.#sessionId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A request that a PBX may refuse. @returns undefined when it did @throws DemarcError when nothing came back */
  async #optional(
    request: CstaRequest,
    signal: AbortSignal,
    isFine: (error: unknown) => boolean = isRefusal,
  ): Promise<CstaMessage | undefined> {
    try {
      return await this.#connection.request(request, { limitMs: this.#access.operationMs, signal });
    } catch (error) {
      if (isFine(error)) return undefined;
      throw error;
    }
  }

  /** A session where it is not sure that the PBX knows sessions: it may decline, or leave the question unanswered. */
  async #trySession(options: { signal: AbortSignal; loginGuard: LoginGuard }): Promise<void> {
    try {
      await this.#startSession(Math.min(TRIAL_MS, this.#access.operationMs), options);
    } catch (error) {
      const unanswered = error instanceof DemarcError && error.code === 'pbx.timeout';
      if (!unanswered && !isDeclined(error)) throw error;
    }
  }

  async #startSession(limitMs: number, options: { signal: AbortSignal; loginGuard: LoginGuard }): Promise<void> {
    const { signal, loginGuard } = options;
    const { user, password = '' } = this.#access;
    if (user === undefined) return this.#requestSession(undefined, limitMs, signal);
    await loginGuard.inTurn(signal, async () => {
      loginGuard.allow();
      try {
        await this.#requestSession({ user, password }, limitMs, signal);
      } catch (error) {
        if (!isRefusedLogin(error)) throw error;
        await loginGuard.refused();
        throw new DemarcError('pbx.bad-credentials', error.message, { cause: error });
      }
      await loginGuard.accepted();
    });
  }

  async #requestSession(
    login: { user: string; password: string } | undefined,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, root } = await this.#connection.request(startSession(login), { limitMs, signal });
    if (name.endsWith('NegResponse')) throw sessionError(root);
    this.#sessionId = root.textAt('sessionID');
    this.#renewLater(root.textAt('actualSessionDuration'));
  }

  /** Renews at half the time; the link ends when that fails. */
  #renewLater(seconds: string | undefined): void {
    const sessionId = this.#sessionId;
    if (sessionId === undefined || seconds === undefined || !/^\d{1,9}$/.test(seconds)) return;
    const half = Math.min(LONGEST_RENEWAL_MS, Math.max(SHORTEST_RENEWAL_MS, Number(seconds) * 500));
    this.#renewal = setTimeout(() => {
      this.#renew(sessionId).catch((error: unknown) => this.#connection.fail(toDemarcError(error)));
    }, half);
    this.#renewal.unref();
  }

  async #renew(sessionId: string): Promise<void> {
    const options = { limitMs: this.#access.operationMs, signal: this.#closed.signal };
    const { name, root } = await this.#connection.request(renewSession(sessionId), options);
    if (name.endsWith('NegResponse')) throw new DemarcError('csta.session-ended', sessionReason(root));
    this.#renewLater(root.textAt('actualSessionDuration'));
  }
}

/** Any answer of the PBX other than yes: the link itself works. */
const isRefusal = (error: unknown): boolean => error instanceof DemarcError && REFUSALS.has(error.code);

/** The PBX does not offer this; anything that says "not now" or "not you" is another matter. */
const isDeclined = (error: unknown): boolean =>
  error instanceof DemarcError && (error.code === 'csta.not-offered' || error.code === 'csta.refused');

const isRefusedLogin = (error: unknown): error is DemarcError =>
  error instanceof DemarcError && (error.code === 'csta.session-refused' || error.code === 'csta.no-access');
