import { z } from 'zod';
import { readFileIfThere, removeFile, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Instant } from '#contract/ids.ts';
import type { SignIn } from '#contract/wizard/session.ts';
import { accessFiles } from './secret-file.ts';
import {
  digestOf,
  isPassword,
  isSame,
  newSecret,
  newToken,
  plainSecret,
  StoredPassword,
  storedPassword,
} from './secrets.ts';
import { Tries } from './tries.ts';

const SESSION_MS = 12 * 3_600_000;
const IDLE_MS = 3_600_000;
const MAX_SESSIONS = 20;
const NEW_SECRET_MS = 3_600_000;
/** Tries that wait for their turn; each takes the processor for a moment. */
const MAX_WAITING = 10;

const Way = z.enum(['setup', 'secret', 'password']);

/** What is on the disk, with nothing in it that would let anybody in. */
const AccessDocument = z.strictObject({
  version: z.literal(1),
  password: StoredPassword.optional(),
  /** Made at the machine after the set-up: for one sign-in. */
  secret: z.strictObject({ digest: z.string(), expiresAt: Instant }).optional(),
  sessions: z.array(z.strictObject({ digest: z.string(), way: Way, expiresAt: Instant })).max(MAX_SESSIONS),
});
type AccessDocument = z.infer<typeof AccessDocument>;

interface AccessOptions {
  /** The state folder. */
  folder: string;
  clock: Clock;
  log: Log;
  /** Whether the set-up has been completed: the set-up secret ends with it. */
  isComplete: () => boolean;
}

/** A browser that is signed in. */
export interface Session {
  digest: string;
  expiresAt: string;
  way: z.infer<typeof Way>;
}

/**
 * Who may use the local pages with a browser: whoever has the set-up secret until the set-up is complete, whoever knows
 * the local password, and whoever has a secret that was made at the machine since. Sessions survive a restart.
 */
export class WizardAccess {
  readonly #options: AccessOptions;
  readonly #file: DocumentFile<typeof AccessDocument>;
  readonly #tries: Tries;
  readonly #seen = new Map<string, number>();
  #document: AccessDocument = { version: 1, sessions: [] };
  #setupSecret: string | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  private constructor(options: AccessOptions) {
    this.#options = options;
    this.#file = new DocumentFile(accessFiles(options.folder).document, AccessDocument);
    this.#tries = new Tries(options.clock);
  }

  /**
   * Makes the set-up secret where one is needed and there is none. `onSecret` gets one that is in force, at every start.
   * @throws DemarcError `config.unwritable`
   */
  static async open(options: AccessOptions, onSecret: (secret: string) => void): Promise<WizardAccess> {
    const access = new WizardAccess(options);
    try {
      access.#document = (await access.#file.load()).value ?? access.#document;
    } catch (thrown) {
      const { code } = toDemarcError(thrown);
      if (code !== 'config.invalid') throw thrown;
      options.log.error({ code, err: thrown }, 'the local password cannot be read; demarc setup-secret --new lets in');
    }
    const path = accessFiles(options.folder).secret;
    if (options.isComplete()) {
      await removeFile(path);
      return access;
    }
    const known = (await readFileIfThere(path))?.trim();
    access.#setupSecret = known !== undefined && plainSecret(known).length >= 12 ? known : newSecret();
    if (access.#setupSecret !== known) await replaceFile(path, `${access.#setupSecret}\n`, 0o600);
    onSecret(access.#setupSecret);
    return access;
  }

  get hasPassword(): boolean {
    return this.#document.password !== undefined;
  }

  ways(): { secret: boolean; password: boolean } {
    return { secret: this.#setupSecret !== undefined || this.#extraSecret() !== undefined, password: this.hasPassword };
  }

  waitSeconds(address: string): number {
    return this.#tries.waitSeconds(address);
  }

  /**
   * Gives the token of a new session.
   * @throws DemarcError `wizard.wrong-secret`, `wizard.wrong-password`, `config.unwritable`; TooManyTries
   */
  signIn(given: SignIn, address: string): Promise<{ token: string; session: Session }> {
    if (this.#waiting >= MAX_WAITING) throw new DemarcError('wizard.too-many', 'others are trying');
    return this.#inTurn(async () => {
      const way = await this.#judge(given, address);
      const token = newToken();
      const now = this.#options.clock.now();
      const session: Session = {
        digest: digestOf(token),
        way,
        expiresAt: new Date(now + SESSION_MS).toISOString(),
      };
      const { secret, ...rest } = this.#document;
      await this.#save({
        ...rest,
        ...(secret === undefined || way === 'secret' ? {} : { secret }),
        sessions: [...this.#live(), session].slice(-MAX_SESSIONS),
      });
      this.#seen.set(session.digest, now);
      this.#options.log.info({ address, way }, 'somebody signed in to the local pages');
      return { token, session };
    });
  }

  /** The session of a token, if it is one; using it keeps it from ending early. */
  session(token: string): Session | undefined {
    const digest = digestOf(token);
    const session = this.#live().find((one) => isSame(one.digest, digest));
    if (session) this.#seen.set(session.digest, this.#options.clock.now());
    return session;
  }

  /** @throws DemarcError `config.unwritable` */
  signOut(session: Session): Promise<void> {
    return this.#inTurn(async () => {
      this.#seen.delete(session.digest);
      await this.#save({
        ...this.#document,
        sessions: this.#document.sessions.filter(({ digest }) => digest !== session.digest),
      });
    });
  }

  /**
   * Sets the local password; every other session ends. Whoever came by the password has to know it.
   * @throws DemarcError `wizard.wrong-password`, `config.unwritable`; TooManyTries
   */
  setPassword(
    password: string,
    given: { current?: string | undefined; session: Session; address: string },
  ): Promise<void> {
    return this.#inTurn(async () => {
      const { session, current, address } = given;
      if (session.way === 'password' && this.hasPassword) {
        this.#tries.begin(address);
        if ((await this.#byPassword(current ?? '')) === undefined) throw new DemarcError('wizard.wrong-password');
        this.#tries.right(address);
      }
      const stored = await storedPassword(password);
      const own = this.#live().filter(({ digest }) => digest === session.digest);
      await this.#save({ ...this.#document, password: stored, sessions: own });
    });
  }

  /**
   * A secret for one sign-in within the hour; while the set-up goes on, a new set-up secret in place of the old one.
   * @throws DemarcError `config.unwritable`
   */
  renewSecret(): Promise<{ secret: string; expiresAt: string | null }> {
    return this.#inTurn(async () => {
      const secret = newSecret();
      if (this.#setupSecret !== undefined) {
        await replaceFile(accessFiles(this.#options.folder).secret, `${secret}\n`, 0o600);
        this.#setupSecret = secret;
        return { secret, expiresAt: null };
      }
      const expiresAt = new Date(this.#options.clock.now() + NEW_SECRET_MS).toISOString();
      await this.#save({ ...this.#document, secret: { digest: digestOf(plainSecret(secret)), expiresAt } });
      return { secret, expiresAt };
    });
  }

  /** The set-up is complete. @throws DemarcError `config.unwritable` */
  async endSetup(): Promise<void> {
    this.#setupSecret = undefined;
    await removeFile(accessFiles(this.#options.folder).secret);
  }

  /** Whether somebody may have one thing, without a session: nothing is written. @throws as `signIn` does */
  check(given: SignIn, address: string): Promise<void> {
    if (this.#waiting >= MAX_WAITING) throw new DemarcError('wizard.too-many', 'others are trying');
    return this.#inTurn(async () => void (await this.#judge(given, address)));
  }

  async #judge(given: SignIn, address: string): Promise<Session['way']> {
    this.#tries.begin(address);
    const way = 'secret' in given ? this.#wayOf(given.secret) : await this.#byPassword(given.password);
    if (way === undefined) {
      this.#options.log.warn({ code: 'wizard.wrong-secret', address }, 'a wrong sign-in to the local pages');
      throw new DemarcError('secret' in given ? 'wizard.wrong-secret' : 'wizard.wrong-password');
    }
    this.#tries.right(address);
    return way;
  }

  #wayOf(typed: string): Session['way'] | undefined {
    const plain = plainSecret(typed);
    if (this.#setupSecret !== undefined && isSame(plain, plainSecret(this.#setupSecret))) return 'setup';
    const extra = this.#extraSecret();
    return extra !== undefined && isSame(digestOf(plain), extra.digest) ? 'secret' : undefined;
  }

  async #byPassword(given: string): Promise<'password' | undefined> {
    const stored = this.#document.password;
    return stored !== undefined && (await isPassword(given, stored)) ? 'password' : undefined;
  }

  #extraSecret(): AccessDocument['secret'] {
    const { secret } = this.#document;
    return secret !== undefined && this.#isAhead(secret.expiresAt, NEW_SECRET_MS) ? secret : undefined;
  }

  #live(): Session[] {
    const now = this.#options.clock.now();
    return this.#document.sessions.filter(({ digest, expiresAt }) => {
      const seen = this.#seen.get(digest);
      if (seen === undefined) this.#seen.set(digest, now);
      return this.#isAhead(expiresAt, SESSION_MS) && now - (seen ?? now) < IDLE_MS;
    });
  }

  /** A clock that was set back must not make anything last longer. */
  #isAhead(instant: string, longestMs: number): boolean {
    const left = Date.parse(instant) - this.#options.clock.now();
    return left > 0 && left <= longestMs;
  }

  async #save(document: AccessDocument): Promise<void> {
    await this.#file.save(document);
    this.#document = document;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const turn = this.#tail.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }
}
