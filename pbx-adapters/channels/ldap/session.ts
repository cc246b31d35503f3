import { BindRequest, ExtendedRequest, PagedResultsControl, SearchRequest, UnbindRequest } from 'ldapts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { openSocket, secureSocket } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import type { BerReader } from './ber.ts';
import { LdapConnection, type LdapResult } from './connection.ts';
import { LdapEntry } from './entry.ts';
import { referralError, resultError } from './errors.ts';
import { parseFilter } from './filter.ts';
import { RawPage } from './raw-page.ts';
import { readEntry } from './response.ts';
import type { LdapAccess } from './settings.ts';
import { AttributeReader } from './values.ts';

/** What one page may take, in bytes as received, or in characters where it was read already. */
const MAX_PAGE = 32 * 1024 * 1024;
/** Larger entries are read as they come, because what makes them large is mostly not kept. */
const LARGE = 16 * 1024;
/** Entries that are read from a page in one go. All of a page at once would outlive the young generation. */
const SLICE = 32;
const NOTHING = Buffer.alloc(0);
const START_TLS = '1.3.6.1.4.1.1466.20037';

/** A search below a base. Without `pageSize` it is one unpaged request. */
export interface LdapSearch {
  base: string;
  scope?: 'base' | 'one' | 'sub';
  /** RFC 4515; everything when left out. */
  filter?: string;
  attributes?: readonly string[];
  /** Entries a page (RFC 2696). */
  pageSize?: number;
}

/**
 * One logged-in LDAP session, from open to close. Searches run one after the other. Every wait has a limit and follows
 * the signal; errors are DemarcErrors only.
 */
export class LdapSession implements AsyncDisposable {
  readonly #connection: LdapConnection;
  readonly #limitMs: number;

  private constructor(connection: LdapConnection, limitMs: number) {
    this.#connection = connection;
    this.#limitMs = limitMs;
  }

  /**
   * Connects, encrypts, logs in. StartTLS comes before the log-in, so that no password leaves in the clear.
   * @throws DemarcError `pbx.…` and `ldap.…`; `pbx.login-stopped` without a try when the guard says so
   */
  static async open(
    access: LdapAccess,
    options: { signal: AbortSignal; loginGuard: LoginGuard },
  ): Promise<LdapSession> {
    if (access.bindDn !== undefined) options.loginGuard.allow();
    const session = await LdapSession.connect(access, options.signal);
    try {
      await session.secure(access, options.signal);
      await session.logIn(access, options);
      return session;
    } catch (error) {
      session.#connection.close();
      throw error;
    }
  }

  /** The first step of `open`, for a probe that shows them one by one. @throws DemarcError `pbx.…` */
  static async connect(access: LdapAccess, signal: AbortSignal): Promise<LdapSession> {
    const socket = await openSocket(access, access.connectMs, signal);
    return new LdapSession(new LdapConnection(socket), access.operationMs);
  }

  /** The second step: TLS as `access.tls` says. @throws DemarcError `pbx.tls-…` */
  async secure(access: LdapAccess, signal: AbortSignal): Promise<void> {
    if (access.tls === 'none') return;
    if (access.tls === 'starttls') {
      const result = await this.#connection.request((messageId) => new ExtendedRequest({ messageId, oid: START_TLS }), {
        what: 'StartTLS',
        limitMs: access.connectMs,
        signal,
      });
      if (result.code !== 0) throw new DemarcError('pbx.tls-failed', `StartTLS: ${describeResult(result)}`);
    }
    await this.#connection.upgrade((socket) => secureSocket(socket, access, access.connectMs, signal));
  }

  /** The third step; nothing for anonymous access. @throws DemarcError `pbx.bad-credentials`, `pbx.login-stopped` */
  async logIn(access: LdapAccess, options: { signal: AbortSignal; loginGuard: LoginGuard }): Promise<void> {
    const { bindDn: dn, password } = access;
    if (dn === undefined) return;
    const { signal, loginGuard } = options;
    await loginGuard.inTurn(signal, async () => {
      loginGuard.allow();
      // A name without password would be taken as anonymous by many servers (RFC 4513 section 5.1.2).
      if (!password) throw new DemarcError('pbx.bad-credentials', 'no password was entered');
      const result = await this.#connection.request((messageId) => new BindRequest({ messageId, dn, password }), {
        what: 'log-in',
        limitMs: this.#limitMs,
        signal,
      });
      if (result.code === 0) return loginGuard.accepted();
      // 48: this account cannot log in this way; 49: wrong name or password. A server may count both.
      if (result.code !== 48 && result.code !== 49) throw resultError(result);
      await loginGuard.refused();
      throw new DemarcError('pbx.bad-credentials', describeResult(result));
    });
  }

  /**
   * The entries of a search, some at a time. While a page is being used the next is on its way, so that at most two are in
   * memory, as received. Ends normally only after the server said that this was all.
   * @throws DemarcError `pbx.truncated` when it breaks off after the first page, and others
   */
  async *pages(search: LdapSearch, signal: AbortSignal): AsyncGenerator<readonly LdapEntry[], void, void> {
    let given = 0;
    const reader = new AttributeReader();
    // While one is used the other one is filled.
    let [filled, free] = [new RawPage(MAX_PAGE), new RawPage(MAX_PAGE)];
    let coming = this.#page(search, undefined, { raw: filled, reader }, signal);
    try {
      for (;;) {
        const page = await coming;
        const more = page.cookie !== undefined && page.cookie.length > 0;
        if (more) {
          free.clear();
          coming = this.#page(search, page.cookie, { raw: free, reader }, signal);
          [filled, free] = [free, filled];
          // Its error is met at the next round, or not at all when nobody asks for the next page.
          coming.catch(() => undefined);
        }
        // A page without entries is not the end: only a missing cookie is (RFC 2696 section 3).
        for (let at = 0; at < page.raw.size; at += SLICE) {
          const slice: LdapEntry[] = [];
          for (let entry = at; entry < Math.min(at + SLICE, page.raw.size); entry += 1) {
            slice.push(page.large.get(entry) ?? opened(page.raw.at(entry), reader));
          }
          yield slice;
          given += slice.length;
        }
        if (!more) return;
      }
    } catch (error) {
      throw given === 0 ? error : brokenOff(error, given);
    } finally {
      await coming.catch(() => undefined);
    }
  }

  /** The entries of a search one by one; as `pages`. */
  async *search(search: LdapSearch, signal: AbortSignal): AsyncGenerator<LdapEntry, void, void> {
    for await (const page of this.pages(search, signal)) yield* page;
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    this.#connection.close((messageId) => new UnbindRequest({ messageId }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #page(
    search: LdapSearch,
    cookie: Buffer | undefined,
    { raw, reader }: { raw: RawPage; reader: AttributeReader },
    signal: AbortSignal,
  ): Promise<Page> {
    const large = new Map<number, LdapEntry>();
    let size = 0;
    const filter = parseFilter(search.filter ?? '(objectClass=*)');
    const paged = search.pageSize;
    const references: string[] = [];
    const result = await this.#connection.request(
      (messageId) =>
        new SearchRequest({
          messageId,
          baseDN: search.base,
          scope: search.scope ?? 'sub',
          filter,
          attributes: [...(search.attributes ?? [])],
          // ldapts asks the server for a limit of ten seconds by itself; ours runs on this side.
          timeLimit: 0,
          controls:
            paged === undefined
              ? []
              : [new PagedResultsControl({ value: { size: paged, ...(cookie ? { cookie } : {}) } })],
        }),
      {
        what: `searching ${search.base || 'the root'}`,
        limitMs: this.#limitMs,
        signal,
        onPart: (part) => {
          if (part.kind === 'entry') {
            if (part.bytes <= LARGE) return raw.add(part.content.rest());
            const read = readEntry(part.content, reader);
            size += read.size;
            if (size > MAX_PAGE) throw new DemarcError('ldap.protocol', `a page of more than ${MAX_PAGE} characters`);
            large.set(raw.size, new LdapEntry(read.dn, read.attributes));
            raw.add(NOTHING);
          }
          if (part.kind === 'reference') references.push(...part.urls);
        },
      },
    );
    if (result.code !== 0) throw resultError(result);
    if (references.length > 0) throw referralError(references);
    return { raw, large, cookie: result.cookie };
  }
}

/** The entries of a page: as they came, and the large ones, which are read already, by their numbers. */
interface Page {
  raw: RawPage;
  large: Map<number, LdapEntry>;
  cookie: Buffer | undefined;
}

function opened(entry: BerReader, reader: AttributeReader): LdapEntry {
  const { dn, attributes } = readEntry(entry, reader);
  return new LdapEntry(dn, attributes);
}

const describeResult = (result: LdapResult): string =>
  [`result ${result.code}`, result.text].filter(Boolean).join(': ');

function brokenOff(error: unknown, entries: number): unknown {
  if (!(error instanceof DemarcError)) return error;
  const lost = error.code === 'pbx.unreachable' || error.code === 'pbx.timeout' || error.code === 'ldap.protocol';
  // A restarted server does not know the cookie any more and may say so in many ways.
  const forgotten = error.code === 'ldap.refused';
  if (!lost && !forgotten) return error;
  return new DemarcError('pbx.truncated', `after ${entries} entries: ${error.message}`, { cause: error });
}
