import { createHash, randomBytes } from 'node:crypto';
import { type Clock, instant } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import {
  END_ERROR,
  LAUNCH_LIMITS,
  type LaunchEnd,
  type LaunchLimits,
  type LaunchRecord,
  type LaunchRequest,
  type LaunchView,
} from './launch.ts';

export interface LaunchesOptions {
  clock: Clock;
  /** Whether this person may still launch this system; asked at every request. */
  allowed: (launch: LaunchView) => Promise<boolean>;
  /** Takes what is to be recorded. Must not throw. */
  record: (record: LaunchRecord) => void;
  limits?: Partial<LaunchLimits>;
}

interface Live {
  view: LaunchView;
  /** Hashes of the secrets that are still good, with the instant until which they are. */
  token?: { hash: string; until: number };
  ticket?: { hash: string; until: number };
  cookie?: string;
  usedToken?: string;
  lastUsed: number;
  closers: Set<() => void>;
}

/** A session that ended is remembered this long, so that its page can say why. */
const REMEMBER_MS = 3_600_000;
const MAX_REMEMBERED = 2000;
const SWEEP_MS = 1000;

const hash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const newSecret = (): string => randomBytes(32).toString('base64url');

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 130 bits in the letters of a host name. */
const newLabel = (): string => [...randomBytes(26)].map((byte) => ALPHABET[byte % 32] ?? '').join('');

/**
 * The sessions of the relay. A click gives a token, which its own person alone can redeem, once and within a minute, for
 * a ticket; the ticket opens the session's own address and becomes the cookie of that host. Of every secret only the
 * hash is kept.
 */
export class Launches {
  readonly #options: LaunchesOptions;
  readonly #limits: LaunchLimits;
  readonly #live = new Map<string, Live>();
  readonly #byLabel = new Map<string, Live>();
  readonly #ended = new Map<string, { view: LaunchView; cookie: string | undefined; until: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: LaunchesOptions) {
    this.#options = options;
    this.#limits = { ...LAUNCH_LIMITS, ...options.limits };
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** A session that waits for its person. The token is told only here. @throws DemarcError `launch.too-many` */
  create(request: LaunchRequest): { launch: LaunchView; token: string; redeemUntil: string } {
    const all = [...this.#live.values()].map(({ view }) => view);
    const { gateway } = request.target;
    if (all.filter(({ target }) => target.gateway === gateway).length >= this.#limits.perGateway) {
      throw new DemarcError('launch.too-many', 'of this gateway');
    }
    if (all.filter(({ person }) => person.id === request.person.id).length >= this.#limits.perPerson) {
      throw new DemarcError('launch.too-many', 'of yours');
    }
    const now = this.#options.clock.now();
    const token = newSecret();
    const view: LaunchView = {
      ...request,
      label: newLabel(),
      state: 'waiting',
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + this.#limits.absoluteMs).toISOString(),
      lastUsedAt: new Date(now).toISOString(),
      requests: 0,
      bytesUp: 0,
      bytesDown: 0,
    };
    const until = now + this.#limits.redeemMs;
    const live: Live = { view, token: { hash: hash(token), until }, lastUsed: now, closers: new Set() };
    this.#live.set(view.id, live);
    this.#byLabel.set(view.label, live);
    this.#record({ kind: 'issued', launch: view });
    return { launch: { ...view }, token, redeemUntil: new Date(until).toISOString() };
  }

  /**
   * Turns the token of a click into a ticket for the session's own address. A token in other hands ends the session:
   * somebody has seen the link.
   * @throws DemarcError `launch.link`, the same for every reason
   */
  redeem(token: string, person: string): { launch: LaunchView; ticket: string } {
    const hashed = hash(token);
    const now = this.#options.clock.now();
    for (const live of this.#live.values()) {
      if (live.usedToken === hashed) this.#record({ kind: 'link-refused', launch: live.view, why: 'used' });
      if (live.token?.hash !== hashed) continue;
      const { until } = live.token;
      delete live.token;
      if (live.view.person.id !== person) {
        this.#record({ kind: 'link-refused', launch: live.view, why: 'foreign' });
        this.end(live.view.id, 'link-misused');
        break;
      }
      if (now >= until) break;
      live.usedToken = hashed;
      const ticket = newSecret();
      live.ticket = { hash: hash(ticket), until: now + this.#limits.enterMs };
      return { launch: { ...live.view }, ticket };
    }
    throw new DemarcError('launch.link');
  }

  /** Turns the ticket into the cookie of the session's host. @throws DemarcError `launch.link` */
  enter(label: string, ticket: string): { launch: LaunchView; cookie: string } {
    const live = this.#byLabel.get(label);
    const known = live?.ticket;
    if (live === undefined || known === undefined || known.hash !== hash(ticket)) throw new DemarcError('launch.link');
    delete live.ticket;
    if (this.#options.clock.now() >= known.until) throw new DemarcError('launch.link');
    const cookie = newSecret();
    live.cookie = hash(cookie);
    live.view.state = 'open';
    this.#use(live);
    this.#record({ kind: 'opened', launch: live.view });
    return { launch: { ...live.view }, cookie };
  }

  /**
   * The session behind a request: its host name, its cookie, and the right as it is now.
   * @throws DemarcError `launch.no-session`, `launch.no-cookie`, `launch.forbidden`, and why it has ended
   */
  async authorise(label: string, cookie: string | undefined): Promise<ActiveLaunch> {
    this.sweep();
    const live = this.#byLabel.get(label);
    if (live === undefined) throw this.#afterEnd(label, cookie);
    if (cookie === undefined || live.cookie === undefined || live.cookie !== hash(cookie)) {
      throw new DemarcError('launch.no-cookie');
    }
    if (!(await this.#options.allowed(live.view))) {
      this.end(live.view.id, 'right-lost');
      throw new DemarcError('launch.forbidden');
    }
    if (!this.#live.has(live.view.id)) throw this.#afterEnd(label, cookie);
    this.#use(live);
    return new ActiveLaunch(live.view, {
      closers: live.closers,
      ended: () => live.view.state === 'ended',
      moved: (up, down) => this.#moved(live, up, down),
      request: (what) => this.#record({ kind: 'request', launch: live.view, ...what }),
    });
  }

  /** Ends a session with everything that is open in it. False when it is not there. */
  end(id: string, reason: LaunchEnd, by?: string): boolean {
    const live = this.#live.get(id);
    if (live === undefined) return false;
    const { clock } = this.#options;
    this.#live.delete(id);
    this.#byLabel.delete(live.view.label);
    live.view.state = 'ended';
    live.view.end = { reason, at: instant(clock), ...(by === undefined ? {} : { by }) };
    this.#ended.set(live.view.label, { view: live.view, cookie: live.cookie, until: clock.now() + REMEMBER_MS });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
    for (const close of live.closers) close();
    live.closers.clear();
    this.#record({ kind: 'ended', launch: live.view });
    return true;
  }

  /** Ends every session that the rule names. */
  endWhere(rule: (launch: LaunchView) => boolean, reason: LaunchEnd, by?: string): void {
    for (const { view } of this.#live.values()) if (rule(view)) this.end(view.id, reason, by);
  }

  get(id: string): LaunchView | undefined {
    const live = this.#live.get(id);
    return live && { ...live.view };
  }

  list(): LaunchView[] {
    return [...this.#live.values()].map(({ view }) => ({ ...view }));
  }

  /** Ends what is over by the clock. */
  sweep(): void {
    const now = this.#options.clock.now();
    for (const live of this.#live.values()) {
      const { id, state, expiresAt } = live.view;
      const unused = (live.token?.until ?? live.ticket?.until ?? 0) <= now;
      if (now >= Date.parse(expiresAt)) this.end(id, 'expired');
      else if (state === 'waiting' && unused) this.end(id, 'not-used');
      else if (state === 'open' && now - live.lastUsed >= this.#limits.idleMs) this.end(id, 'idle');
    }
    for (const [label, { until }] of this.#ended) if (until <= now) this.#ended.delete(label);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.endWhere(() => true, 'relay-stopped');
  }

  /** Who held the session's cookie is told why it ended; anybody else learns nothing. */
  #afterEnd(label: string, cookie: string | undefined): DemarcError {
    const ended = this.#ended.get(label);
    const holds = cookie !== undefined && ended?.cookie !== undefined && ended.cookie === hash(cookie);
    const reason = ended?.view.end?.reason;
    return new DemarcError(holds && reason !== undefined ? END_ERROR[reason] : 'launch.no-session');
  }

  #moved(live: Live, up: number, down: number): void {
    live.view.bytesUp += up;
    live.view.bytesDown += down;
    this.#use(live);
    if (live.view.bytesUp + live.view.bytesDown > this.#limits.bytes) this.end(live.view.id, 'too-much');
  }

  #use(live: Live): void {
    live.lastUsed = this.#options.clock.now();
    live.view.lastUsedAt = new Date(live.lastUsed).toISOString();
  }

  #record(record: LaunchRecord): void {
    if (record.kind === 'request') record.launch.requests += 1;
    this.#options.record({ ...record, launch: { ...record.launch } });
  }
}

interface ActiveParts {
  closers: Set<() => void>;
  ended: () => boolean;
  moved: (up: number, down: number) => void;
  request: (what: { method: string; path: string; status: number; bytes: number }) => void;
}

/** A session that a request was let into. */
export class ActiveLaunch {
  readonly view: Readonly<LaunchView>;
  readonly #parts: ActiveParts;

  constructor(view: LaunchView, parts: ActiveParts) {
    this.view = view;
    this.#parts = parts;
  }

  /** Calls `close` when the session ends, at once when it has; returns the way to forget that. */
  onEnd(close: () => void): () => void {
    if (this.#parts.ended()) close();
    else this.#parts.closers.add(close);
    return () => this.#parts.closers.delete(close);
  }

  moved(up: number, down: number): void {
    this.#parts.moved(up, down);
  }

  /** Writes a request down that has ended. */
  request(what: { method: string; path: string; status: number; bytes: number }): void {
    this.#parts.request(what);
  }
}
