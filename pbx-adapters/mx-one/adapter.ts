import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport, TextFact } from '#contract/sections.ts';
import { cstaActivity } from '#pbx-adapters/activity/csta-activity.ts';
import type {
  Capabilities,
  DirectoryNumber,
  PbxActivity,
  PbxAdapter,
  ProbeReport,
  UserItem,
} from '#pbx-adapters/adapter.ts';
import { lookAtPage } from '#pbx-adapters/channels/http/look-at-page.ts';
import { SshLine } from '#pbx-adapters/channels/ssh/line.ts';
import { mdsh } from '#pbx-adapters/channels/ssh/mdsh.ts';
import { SshSession } from '#pbx-adapters/channels/ssh/session.ts';
import { resolveHost } from '#pbx-adapters/channels/tcp/transport.ts';
import { readDetails } from '#pbx-adapters/enrichment/directory.ts';
import { completed, type DetailIndex } from '#pbx-adapters/enrichment/join.ts';
import { jointGuards } from '#pbx-adapters/enrichment/joint-guard.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import { quirksOf } from '#sip-trunks/trunk/quirks.ts';
import { commands } from './commands.ts';
import type { MxOneConnection } from './connection.ts';
import { cstaPlace, probeCsta } from './csta.ts';
import { givenBy } from './gives.ts';
import { askManager, type ManagerFacts } from './manager.ts';
import { readBeside, readExtensions, sharedNames } from './people.ts';
import { extensionRanges, licencesOf, versionOf } from './prints.ts';
import { MxOneTrunks } from './trunks/provisioner.ts';
import { TrunkShell } from './trunks/shell.ts';

/** Probe steps in the order in which they run. */
const PLAN = [
  { id: 'resolve', title: 'Find the address' },
  { id: 'manager', title: 'Look at the page of the Provisioning Manager' },
  { id: 'managerLogin', title: 'Log in to the Provisioning Manager' },
  { id: 'connect', title: 'Connect' },
  { id: 'hostkey', title: 'Compare the host key' },
  { id: 'login', title: 'Log in' },
  { id: 'version', title: 'Read the version' },
  { id: 'licence', title: 'Read the licences' },
  { id: 'numbers', title: 'Read the extension ranges' },
  { id: 'directory', title: 'Read the directory that adds e-mail addresses' },
  { id: 'csta', title: 'Ask the CSTA service for the phones' },
  { id: 'users', title: 'Read the people' },
] as const;

/** Examples of people without an entry in the directory that a probe shows. */
const MAX_EXAMPLES = 5;

/** Reads an MX-ONE over the shell of its Service Node, and completes its people from a directory. */
export class MxOneAdapter implements PbxAdapter {
  readonly type = 'mx-one';
  /** Counts of calls, when switched on. */
  readonly activity?: (signal: AbortSignal) => AsyncIterable<PbxActivity>;
  readonly #connection: MxOneConnection;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #guard: (login: 'pbx' | 'directory' | 'manager') => LoginGuard;
  readonly #line: SshLine;

  constructor(connection: MxOneConnection, parts: { log: Log; clock: Clock; loginGuard: LoginGuard }) {
    this.#connection = connection;
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#guard = jointGuards(parts.loginGuard, [
      'pbx',
      ...(connection.directory?.bindDn === undefined ? [] : (['directory'] as const)),
      ...(connection.manager?.user === undefined ? [] : (['manager'] as const)),
    ]);
    this.#line = new SshLine({ access: connection, loginGuard: this.#guard('pbx') });
    const place = cstaPlace(connection);
    if (place) this.activity = (signal) => cstaActivity(place, parts, signal);
  }

  capabilities(): Capabilities {
    return givenBy(this.#connection);
  }

  /**
   * Every extension with its name, completed from the directory when there is one. Without its answer nobody is given:
   * people who lost their addresses for one run would be changed in the cloud.
   * @throws DemarcError `pbx.…`, `ssh.…`, `mdsh.…`, `ldap.…`; `pbx.truncated` when it broke off
   */
  async *users(signal: AbortSignal): AsyncIterable<UserItem> {
    const details = await this.#details(signal);
    await using lease = await this.#line.lease(signal);
    const counts = { rejected: 0, unmatched: 0 };
    for await (const { item, matched } of this.#people(lease.session, details, signal)) {
      if (item.kind === 'rejected') counts.rejected += 1;
      else if (!matched) counts.unmatched += 1;
      yield item;
    }
    if (counts.rejected > 0) this.#log.warn({ code: 'mdsh.rejected', rows: counts.rejected }, 'rows could not be used');
    if (details && counts.unmatched > 0) {
      this.#log.warn({ code: 'directory.unmatched', people: counts.unmatched }, 'people are not in the directory');
    }
  }

  /** The extension ranges. @throws DemarcError `pbx.…`, `ssh.…`, `mdsh.…` */
  async *numbers(signal: AbortSignal): AsyncIterable<DirectoryNumber> {
    await using lease = await this.#line.lease(signal);
    yield* extensionRanges(mdsh(lease.session, commands.numbers, signal));
  }

  /** The PBX itself with its version. @throws DemarcError `pbx.…`, `ssh.…`, `mdsh.…` */
  async inventory(signal: AbortSignal): Promise<ApplicationReport[]> {
    await using lease = await this.#line.lease(signal);
    const found = versionOf(await all(mdsh(lease.session, commands.about, signal)));
    const version: TextFact =
      found === undefined
        ? { value: null, source: 'none', at: null, stale: false, problem: 'ts_about names no version' }
        : { value: found, source: 'ts_about', at: instant(this.#clock), stale: false };
    const { host } = this.#connection;
    const id = `mx-one:${host}`.slice(0, 128);
    return [{ id, platform: null, type: this.type, address: host, version, licence: null, hasPortal: true }];
  }

  trunks(password: string | undefined): MxOneTrunks {
    return new MxOneTrunks(new TrunkShell(this.#line, password));
  }

  /** Each step on its own with what to do about it. Never throws. */
  async probe(signal: AbortSignal): Promise<ProbeReport> {
    const connection = this.#connection;
    const { host, port, user, manager } = connection;
    const steps = new ProbeSteps(PLAN);
    await steps.run('resolve', async () => {
      const addresses = await resolveHost(host, connection.connectMs, signal);
      return { value: addresses, detail: `${host} is ${addresses.slice(0, 5).join(', ')}` };
    });
    if (!manager) steps.skip('manager', 'None is set.');
    else await steps.optional('manager', () => lookAtPage(manager.host ?? host, manager.port, signal));
    const facts = await this.#probeManager(steps, signal);
    // A connection of its own, so that each step is seen; it waits until no read is under way.
    const turn = await steps.run('connect', async () => {
      const taken = await this.#line.turn(signal);
      try {
        const session = await SshSession.connect(connection, signal);
        return { value: { taken, session }, detail: `Port ${port} answers.` };
      } catch (error) {
        await taken[Symbol.asyncDispose]();
        throw error;
      }
    });
    if (!turn) return steps.report({});
    await using _turn = turn.taken;
    await using session = turn.session;
    const { hostKey } = session;
    await steps.run('hostkey', async () => {
      session.confirmKey();
      return { value: true, detail: `${hostKey.type} ${hostKey.fingerprint}, as confirmed.` };
    });
    await steps.run('login', async () => {
      await session.logIn({ signal, loginGuard: this.#guard('pbx') });
      return { value: true, detail: `Logged in as ${user}.` };
    });
    const version = await steps.run('version', () => this.#version(session, signal));
    const licences = await steps.run('licence', async () => {
      const value = licencesOf(await unlessRefused(() => all(mdsh(session, commands.licences, signal))));
      const used = value.slice(0, 10).map(({ tag, used: count }) => `${tag} ${count}`);
      if (value.length > 0) return { value, detail: `In use: ${used.join(', ')}` };
      const warning = 'Check with license_status on the PBX; reading the people does not need it.';
      return { value, detail: 'No licence was recognised.', warning };
    });
    const ranges = await steps.run('numbers', async () => {
      const value = await unlessRefused(() => all(extensionRanges(mdsh(session, commands.numbers, signal))));
      if (value.length > 0) return { value: value.length, detail: `${value.length} extension ranges.` };
      const warning = 'Check with number_print on the PBX; reading the people does not need it.';
      return { value: 0, detail: 'No extension range was recognised.', warning };
    });
    const details = await this.#probeDirectory(steps, signal);
    await probeCsta(steps, connection, { signal, loginGuard: this.#guard('pbx') });
    const users = await steps.run('users', () => this.#count(session, details, signal));
    return steps.report({
      ...(version === undefined ? {} : { version }),
      ...(users === undefined ? {} : { users }),
      ...(ranges === undefined ? {} : { numbers: ranges }),
      learned: { hostKey, ...(licences === undefined ? {} : { licences }), ...(facts ? { manager: facts } : {}) },
      proposed: { hostKeyFingerprint: hostKey.fingerprint },
    });
  }

  async #probeManager(steps: ProbeSteps, signal: AbortSignal): Promise<ManagerFacts | undefined> {
    const { host, manager, managerPassword: password } = this.#connection;
    if (manager?.user === undefined || password === undefined) {
      steps.skip('managerLogin', 'No user is set.');
      return undefined;
    }
    const { user, port, certificateFingerprint } = manager;
    const login = { host: manager.host ?? host, port, user, password, certificateFingerprint };
    return steps.optional('managerLogin', async () => {
      const value = await askManager(login, { signal, loginGuard: this.#guard('manager') });
      const { version = 'unknown', build = 'unknown', brand = 'unknown' } = value;
      const detail = `Logged in as ${user}: version ${version}, build ${build}, brand ${brand}.`;
      if (brand === 'mxone') return { value, detail };
      return { value, detail, warning: 'Check the address: this is not the Provisioning Manager of an MX-ONE.' };
    });
  }

  async #version(session: SshSession, signal: AbortSignal) {
    const value = versionOf(await unlessRefused(() => all(mdsh(session, commands.about, signal))));
    const odd = quirksOf(this.type, value).map(({ text }) => text);
    if (value === undefined) return { value, detail: 'ts_about names no version.', warning: 'Look it up on the PBX.' };
    return { value, detail: `MX-ONE ${value}`, ...(odd.length > 0 ? { warning: odd.join(' ') } : {}) };
  }

  async #probeDirectory(steps: ProbeSteps, signal: AbortSignal): Promise<DetailIndex | undefined> {
    const { directory } = this.#connection;
    if (!directory) {
      steps.skip('directory', 'None is set: the people have no e-mail addresses.');
      return undefined;
    }
    return steps.run('directory', async () => {
      const value = await this.#details(signal);
      return { value, detail: `${value?.size ?? 0} entries in ${directory.host}.` };
    });
  }

  async #count(session: SshSession, details: DetailIndex | undefined, signal: AbortSignal) {
    let [value, rejected] = [0, 0];
    const missing: string[] = [];
    for await (const { item, matched } of this.#people(session, details, signal)) {
      if (item.kind === 'rejected') rejected += 1;
      else value += 1;
      if (item.kind === 'user' && !matched) missing.push(item.user.key);
    }
    const parts = [`${value} people, ${rejected} rows that cannot be used.`];
    if (details && missing.length > 0) {
      parts.push(`${missing.length} are not in the directory, such as ${missing.slice(0, MAX_EXAMPLES).join(', ')}.`);
    }
    const warning =
      value === 0
        ? 'Check that the account may run extension -p, and that there are extensions.'
        : details && missing.length > 0
          ? 'Enter their extension in the directory, or set how many last digits of its numbers are the extension.'
          : undefined;
    return { value, detail: parts.join(' '), ...(warning === undefined ? {} : { warning }) };
  }

  async *#people(session: SshSession, details: DetailIndex | undefined, signal: AbortSignal) {
    const beside = await readBeside(session, signal);
    const shared = details ? sharedNames(beside) : new Set<string>();
    for await (const item of readExtensions(session, beside, this.#connection.nameOrder, signal)) {
      if (item.kind === 'rejected' || !details) yield { item, matched: false };
      else yield completed(item, details, (name) => shared.has(name));
    }
  }

  async #details(signal: AbortSignal): Promise<DetailIndex | undefined> {
    const { directory, directoryPassword: password } = this.#connection;
    if (!directory) return undefined;
    return readDetails(directory, { password, loginGuard: this.#guard('directory'), signal });
  }
}

/** A print that only completes the picture: an account or a release that does not give it is no fault of the link. */
async function unlessRefused<T>(work: () => Promise<T[]>): Promise<T[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DemarcError && (error.code === 'mdsh.not-accepted' || error.code === 'mdsh.failed')) return [];
    throw error;
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
