import type { Clock } from '#config/clock.ts';
import { instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport } from '#contract/sections.ts';
import type {
  Capabilities,
  DirectoryNumber,
  PbxAdapter,
  PbxUser,
  ProbeReport,
  UserItem,
} from '#pbx-adapters/adapter.ts';
import { lookAtPage } from '#pbx-adapters/channels/http/look-at-page.ts';
import { LdapSession } from '#pbx-adapters/channels/ldap/session.ts';
import { resolveHost } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import { type LdapMapping, type MiVoice5000Connection, peopleFilter } from './connection.ts';
import { learn } from './people.ts';
import { attributesFor, personReader } from './person.ts';

/** What a MiVoice 5000 gives (design section 5). */
export const miVoice5000Gives: Capabilities = {
  users: { via: 'LDAP', note: 'The attributes are found out at each site and can be corrected.' },
  numbers: { via: 'LDAP', note: 'The direct-dial numbers of the people.' },
  version: { via: 'declared', note: 'The directory does not tell it; enter it in the settings.' },
  licence: { via: 'none', note: 'See the licence page of the PBX’s Web Admin.' },
  trunk: { via: 'worksheet', note: 'Demarc computes every field and prints it menu by menu of Web Admin.' },
  activity: { via: 'none', note: 'No interface for call events is known.' },
};

/** Probe steps in the order in which they run. */
const PLAN = [
  { id: 'resolve', title: 'Find the address' },
  { id: 'page', title: 'Look at the administration page' },
  { id: 'connect', title: 'Connect' },
  { id: 'tls', title: 'Encrypt' },
  { id: 'login', title: 'Log in' },
  { id: 'base', title: 'Read the base of the directory' },
  { id: 'mapping', title: 'Recognise the attributes' },
  { id: 'users', title: 'Count the people' },
] as const;

/** Reads the people of a MiVoice 5000 (or any directory that holds them) by LDAP. */
export class MiVoice5000Adapter implements PbxAdapter {
  readonly type = 'mivoice-5000';
  readonly #connection: MiVoice5000Connection;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #loginGuard: LoginGuard;
  readonly #onChosen: ((settings: Record<string, unknown>) => void) | undefined;

  constructor(
    connection: MiVoice5000Connection,
    parts: {
      log: Log;
      clock: Clock;
      loginGuard: LoginGuard;
      onChosen?: (settings: Record<string, unknown>) => void;
    },
  ) {
    this.#connection = connection;
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#loginGuard = parts.loginGuard;
    this.#onChosen = parts.onChosen;
  }

  capabilities(): Capabilities {
    return miVoice5000Gives;
  }

  /** Every person of the directory. @throws DemarcError `pbx.…`, `ldap.…`; `pbx.truncated` when it broke off */
  async *users(signal: AbortSignal): AsyncIterable<UserItem> {
    for await (const page of this.userPages(signal)) yield* page;
  }

  /** As `users`. */
  async *userPages(signal: AbortSignal): AsyncIterable<readonly UserItem[]> {
    const connection = this.#connection;
    await using session = await LdapSession.open(connection, { signal, loginGuard: this.#loginGuard });
    const mapping = connection.mapping ?? (await this.#learned(session, signal));
    const search = { ...this.#search(), attributes: attributesFor(mapping) };
    const read = personReader(mapping);
    const isRepeated = repeatedKeys();
    let [changed, rejected] = [0, 0];
    for await (const page of session.pages(search, signal)) {
      const items: UserItem[] = [];
      for (const entry of page) {
        const found = read(entry);
        const item = found.kind === 'user' && isRepeated(found.user) ? repeated(entry.dn, found.user.key) : found;
        if (item.kind === 'rejected') rejected += 1;
        else if (item.problems) changed += 1;
        items.push(item);
      }
      yield items;
    }
    if (changed > 0) {
      this.#log.warn({ code: 'ldap.values-changed', entries: changed }, 'values were too long or not valid text');
    }
    if (rejected > 0) this.#log.warn({ code: 'ldap.rejected', entries: rejected }, 'entries could not be used');
  }

  /** The direct-dial numbers of the people with the extension that each one reaches. @throws DemarcError as `users` */
  async *numbers(signal: AbortSignal): AsyncIterable<DirectoryNumber> {
    for await (const item of this.users(signal)) {
      const number = item.kind === 'user' ? this.numberOf(item.user) : undefined;
      if (number) yield number;
    }
  }

  numberOf({ workPhone: from, extension: target }: PbxUser): DirectoryNumber | undefined {
    if (from === undefined) return undefined;
    return { kind: 'did', from, ...(target === undefined ? {} : { target }) };
  }

  /** The PBX itself: a directory tells neither version nor licence, so only a declared version is known. */
  async inventory(): Promise<ApplicationReport[]> {
    const { host, declaredVersion } = this.#connection;
    const version =
      declaredVersion === undefined
        ? { value: null, source: 'none', at: null, stale: false, problem: miVoice5000Gives.version.note }
        : { value: declaredVersion, source: 'declared', at: instant(this.#clock), stale: false };
    const id = `mivoice-5000:${host}`.slice(0, 128);
    return [{ id, platform: null, type: this.type, address: host, version, licence: null, hasPortal: true }];
  }

  /** Each step on its own with what to do about it. Never throws. */
  async probe(signal: AbortSignal): Promise<ProbeReport> {
    const connection = this.#connection;
    const { host, port, baseDn, adminPort } = connection;
    const steps = new ProbeSteps(PLAN);
    await steps.run('resolve', async () => {
      const addresses = await resolveHost(host, connection.connectMs, signal);
      return { value: addresses, detail: `${host} is ${addresses.slice(0, 5).join(', ')}` };
    });
    // Before the directory, so that it also shows what stands at an address where no directory answers.
    if (adminPort === undefined) steps.skip('page', 'No port of it is set.');
    else await steps.optional('page', () => lookAtPage(host, adminPort, signal));
    const session = await steps.run('connect', async () => {
      const value = await LdapSession.connect(connection, signal);
      return { value, detail: `Port ${port} answers.` };
    });
    if (!session) return steps.report({});
    await using _closing = session;
    await steps.run('tls', async () => {
      await session.secure(connection, signal);
      if (connection.tls !== 'none') return { value: true, detail: `Encrypted, and the certificate is trusted.` };
      const warning = 'Choose StartTLS or LDAPS: the password and the people’s data go over the network in the clear.';
      return { value: true, detail: 'Not encrypted.', warning };
    });
    await steps.run('login', async () => {
      await session.logIn(connection, { signal, loginGuard: this.#loginGuard });
      const detail = connection.bindDn === undefined ? 'Anonymous.' : `Logged in as ${connection.bindDn}.`;
      return { value: true, detail };
    });
    await steps.run('base', async () => {
      const found = session.search({ base: baseDn, scope: 'base', attributes: ['1.1'] }, signal);
      for await (const entry of found) return { value: entry.dn, detail: `${entry.dn || 'The root'} can be read.` };
      throw new DemarcError('ldap.base-missing', baseDn);
    });
    const learned = await steps.run('mapping', async () => {
      const value = await learn(session, connection, signal);
      const mapping = connection.mapping ?? value.mapping;
      if (value.sampled > 0) requireKey(mapping);
      const names = Object.entries(mapping).map(([field, attributes]) => `${field}: ${attributes?.join(' or ')}`);
      const detail = `${connection.mapping ? 'As set' : 'Proposed'} from ${value.sampled} samples: ${names.join(', ')}`;
      return { value: { ...value, mapping, proposed: value.mapping }, detail };
    });
    const users = await steps.run('users', async () => {
      let value = 0;
      const search = { ...this.#search(), attributes: ['1.1'] };
      for await (const page of session.pages(search, signal)) value += page.length;
      if (value > 0) return { value, detail: `${value} people.` };
      const warning = 'Check base, filter and object classes, and whether the account may see the people.';
      return { value, detail: 'No person was found.', warning };
    });
    const { proposed, ...told } = learned ?? {};
    return steps.report({
      ...(users === undefined ? {} : { users }),
      ...(learned === undefined ? {} : { learned: told }),
      // An empty directory proposes nothing, and that is no other opinion.
      ...(learned === undefined || learned.sampled === 0 ? {} : { proposed: { mapping: proposed } }),
      ...(connection.declaredVersion === undefined ? {} : { version: connection.declaredVersion }),
    });
  }

  async #learned(session: LdapSession, signal: AbortSignal): Promise<LdapMapping> {
    const { mapping, sampled } = await learn(session, this.#connection, signal);
    if (sampled > 0) requireKey(mapping);
    this.#log.info({ mapping, sampled }, 'attributes recognised from samples');
    if (sampled > 0) this.#onChosen?.({ mapping });
    return mapping;
  }

  #search() {
    const { baseDn: base, pageSize } = this.#connection;
    return { base, pageSize, filter: peopleFilter(this.#connection) };
  }
}

/** Identities are unique by the server's word; extensions as keys are not, and are remembered for it. */
function repeatedKeys(): (user: PbxUser) => boolean {
  const seen = new Set<string>();
  return ({ key, extension }) => {
    if (key !== extension) return false;
    const known = seen.has(key);
    seen.add(key);
    return known;
  };
}

const repeated = (where: string, key: string): UserItem => ({
  kind: 'rejected',
  where,
  reason: `another entry has the extension ${key}, which is the key`,
});

/** @throws DemarcError `ldap.no-mapping` */
function requireKey(mapping: LdapMapping): void {
  if (!mapping.key && !mapping.extension) throw new DemarcError('ldap.no-mapping');
}
