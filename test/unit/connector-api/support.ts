/** A connector's API over a real store in a folder of its own, with two partners to tell apart. */
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ulid } from 'ulid';
import { hashPassword } from '#connector/access/passwords.ts';
import { Sessions } from '#connector/access/sessions.ts';
import { Alerts } from '#connector/alerts/alerts.ts';
import { createApp } from '#connector/api/app.ts';
import type { AppOptions, EnrolmentsPort } from '#connector/api/options.ts';
import { Commands } from '#connector/commands/commands.ts';
import { DeviceIdentity } from '#connector/enrolment/device-identity.ts';
import { startImports } from '#connector/imports/start.ts';
import { Holds } from '#connector/ingest/holds.ts';
import { Store } from '#connector/store/store.ts';
import { Trunks } from '#connector/trunks/trunks.ts';
import { uploadParts } from '#connector/uploads/start.ts';
import { UserMails } from '#connector/users/mails.ts';
import type { Role } from '#contract/access.ts';
import type { EnrolmentConfirmed, PendingEnrolment } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { openDesk } from './open-desk.ts';

export const START = Date.parse('2026-06-15T10:00:00.000Z');

/** A clock that tests move. */
export class TestClock {
  time = START;
  now(): number {
    return this.time;
  }
}

export const CONFIRMED_GATEWAY = ulid(START);

/** What was asked of enrolment. The code MNPQRTWX waits; every other is unknown. */
export class RecordedEnrolments implements EnrolmentsPort {
  readonly calls: unknown[][] = [];
  async pending(code: string, actor: unknown): Promise<PendingEnrolment> {
    this.calls.push(['pending', code, actor]);
    if (code !== 'MNPQRTWX') throw new DemarcError('enrolment.unknown-code');
    const gateway = {
      hostName: 'site-1',
      serial: null,
      addresses: ['192.0.2.7'],
      fingerprint: 'AA:BB',
      siteName: null,
    };
    return { ...gateway, code, version: '0.1.0', expiresAt: new Date(START + 900_000).toISOString() };
  }
  async confirm(code: string, ...rest: unknown[]): Promise<EnrolmentConfirmed> {
    this.calls.push(['confirm', code, ...rest]);
    if (code !== 'MNPQRTWX') throw new DemarcError('enrolment.unknown-code');
    return { gateway: CONFIRMED_GATEWAY };
  }
  async createToken(input: { account: string }): ReturnType<EnrolmentsPort['createToken']> {
    this.calls.push(['createToken', input]);
    const at = new Date(START).toISOString();
    return { id: ulid(START), siteName: null, uses: 0, maxUses: 1, expiresAt: at, createdAt: at, token: 't', ...input };
  }
  async listTokens(account: string): ReturnType<EnrolmentsPort['listTokens']> {
    this.calls.push(['listTokens', account]);
    return [];
  }
  async deleteToken(...rest: unknown[]): Promise<void> {
    this.calls.push(['deleteToken', ...rest]);
  }
  async release(...rest: unknown[]): Promise<void> {
    this.calls.push(['release', ...rest]);
  }
  disconnect(...rest: unknown[]): void {
    this.calls.push(['disconnect', ...rest]);
  }
}

/** A signed-in caller: `get` and `send` with the cookie, and (for `send`) the CSRF token. */
export interface Client {
  person: string;
  cookie: string;
  csrf: string;
  get(url: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>;
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
}

export interface TestApp extends AsyncDisposable {
  app: FastifyInstance;
  store: Store;
  clock: TestClock;
  enrolments: RecordedEnrolments;
  published: { topic: string; payload: string }[];
  wants: string[];
  /** A person with the role in the account, or (null) in all of the partner's. */
  signIn(role: Role, partner: string, account: string | null): Promise<Client>;
  client(cookie: string, csrf: string, person?: string): Client;
}

export async function startApp(overrides: Partial<AppOptions> = {}): Promise<TestApp> {
  const folder = await temporaryFolder('api');
  const clock = new TestClock();
  const log = pino({ level: 'silent' });
  const store = await Store.open({ path: join(folder.path, 'connector.db'), clock });
  const published: TestApp['published'] = [];
  const publish = async (topic: string, payload: string) => {
    published.push({ topic, payload });
  };
  const commands = new Commands({ store, clock, log, publish });
  const holds = new Holds({ store, clock, commands });
  const enrolments = new RecordedEnrolments();
  const wants: string[] = [];
  const app = await createApp({
    store,
    clock,
    log,
    commands,
    holds,
    enrolments,
    imports: await startImports({ store, clock, log }),
    userMails: new UserMails({ store, clock, log, publicUrl: 'https://demarc.example', send: undefined }),
    alerts: new Alerts({
      store,
      clock,
      random: Math.random,
      log,
      registry: new Registry(),
      settings: {},
      publicUrl: 'https://demarc.example',
    }),
    trunks: new Trunks({ store, clock, log, tell: async ({ gateway }) => void wants.push(gateway) }),
    launches: openDesk,
    uploads: uploadParts({ folder: folder.path, store, clock, log, identity: new DeviceIdentity({ store, clock }) }),
    publicUrl: 'https://demarc.example',
    wantChanged: async (account) => {
      wants.push(account);
    },
    ...overrides,
  });
  const sessions = new Sessions({ store, clock });

  const client = (cookie: string, csrf: string, person = ''): Client => ({
    person,
    cookie,
    csrf,
    get: (url, headers = {}) =>
      app.inject({ method: 'GET', url: `/api/v1${url}`, headers: { cookie: `__Host-demarc=${cookie}`, ...headers } }),
    send: (method, url, body, headers = {}) => {
      const request: InjectOptions = {
        method,
        url: `/api/v1${url}`,
        headers: { cookie: `__Host-demarc=${cookie}`, 'x-csrf-token': csrf, ...headers },
      };
      return app.inject(body === undefined ? request : { ...request, payload: body as object });
    },
  });

  return {
    app,
    store,
    clock,
    enrolments,
    published,
    wants,
    client,
    async signIn(role, partner, account) {
      const person = await addPerson(store, { partner, account, role });
      const { id, csrf } = await sessions.start(person);
      return client(id, csrf, person);
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export async function addPerson(
  store: Store,
  given: { partner: string; account: string | null; role: Role; email?: string; password?: string; name?: string },
): Promise<string> {
  const id = ulid(START);
  const email = given.email ?? `${id}@example.com`;
  const hash = given.password === undefined ? null : await hashPassword(given.password);
  await store.write(async ({ db }) => {
    await db
      .insertInto('person')
      .values({
        id,
        partner_id: given.partner,
        name: given.name ?? 'Ann Admin',
        email,
        email_lc: email.toLowerCase(),
        password_hash: hash,
        created_at: new Date(START).toISOString(),
        disabled: 0,
      })
      .execute();
    await db
      .insertInto('membership')
      .values({ id: ulid(START), person_id: id, account_id: given.account, role: given.role })
      .execute();
  });
  return id;
}

export async function addPartner(store: Store, name = 'Partner'): Promise<string> {
  const id = ulid(START);
  const at = new Date(START).toISOString();
  await store.write(({ db }) => db.insertInto('partner').values({ id, name, created_at: at }).execute());
  return id;
}

/** A role of the partner's own, on the base Account Admin, without the rights of `minus`. */
export async function addRole(store: Store, partner: string, name: string, minus: readonly string[] = []) {
  const id = ulid(START);
  const at = new Date(START).toISOString();
  const role = { id, partner_id: partner, name, name_lc: name.toLowerCase(), description: '', base: 'Account Admin' };
  const version = { created_at: at, updated_at: at, updated_by: 'Ann Admin', revision: 1 };
  await store.write(({ db }) =>
    db
      .insertInto('role')
      .values({ ...role, ...version, minus: JSON.stringify(minus) })
      .execute(),
  );
  return id;
}

export async function addAccount(store: Store, partner: string, name = 'Customer'): Promise<string> {
  const id = ulid(START);
  const at = new Date(START).toISOString();
  await store.write(({ db }) =>
    db
      .insertInto('account')
      .values({
        id,
        partner_id: partner,
        name,
        name_lc: name.toLowerCase(),
        country: 'FR',
        status: 'Active',
        phone_policy: 'All',
        guard_percent: 10,
        guard_users: 50,
        created_at: at,
        updated_at: at,
        revision: 1,
      })
      .execute(),
  );
  return id;
}

/** A site: a gateway with one PBX, a run that is Held, a command, a platform with an application, an event. */
export interface Site {
  account: string;
  gateway: string;
  pbx: string;
  /** One whose gateway is gone. */
  leftPbx: string;
  run: string;
  command: string;
  user: string;
  token: string;
  alert: string;
  contact: string;
  webhook: string;
  trunk: string;
  /** A person of the account with role User, a token of the account; of its partner a role, a manager and a token. */
  person: string;
  apiToken: string;
  role: string;
  manager: string;
  partnerToken: string;
}

export const fact = <T>(value: T) => ({ value, source: 'test', at: new Date(START).toISOString(), stale: false });

/** Who and what may come in: of the account, and of its partner. */
async function addAccess(store: Store, account: string) {
  const { partner_id: partner } = await store.db
    .selectFrom('account')
    .select('partner_id')
    .where('id', '=', account)
    .executeTakeFirstOrThrow();
  const person = await addPerson(store, { partner, account, role: 'User', name: 'Uma User' });
  const manager = await addPerson(store, { partner, account, role: 'Account Manager', name: 'Max Manager' });
  const ids = { person, manager, apiToken: ulid(START), partnerToken: ulid(START) };
  const token = (id: string, account_id: string | null) => ({
    id,
    partner_id: partner,
    account_id,
    name: 'Script',
    token_hash: id,
    role: 'User',
    role_id: null,
    made_by: person,
    made_by_name: 'Uma User',
    created_at: new Date(START).toISOString(),
    expires_at: new Date(START + 86_400_000).toISOString(),
    used_at: null,
    used_from: null,
  });
  await store.write(async ({ db }) => {
    await db.updateTable('person').set({ manager: 1 }).where('id', '=', manager).execute();
    await db
      .insertInto('api_token')
      .values([token(ids.apiToken, account), token(ids.partnerToken, null)])
      .execute();
  });
  return { ...ids, role: await addRole(store, partner, `Role ${ids.apiToken}`) };
}

export async function addSite(store: Store, account: string, name = 'Head office'): Promise<Site> {
  const at = new Date(START).toISOString();
  const ids = {
    gateway: ulid(START),
    pbx: ulid(START),
    leftPbx: ulid(START),
    run: ulid(START),
    command: ulid(START),
    token: ulid(START),
    alert: ulid(START),
    contact: ulid(START),
    webhook: ulid(START),
    trunk: ulid(START),
  };
  const platform = {
    id: 'host-1',
    hostName: fact('srv-1'),
    platformType: fact('virtual'),
    platformName: fact('KVM'),
    systemFamily: fact('Debian'),
    version: fact('13'),
    memory: fact(4_294_967_296),
    processor: fact('x86'),
    partitions: fact([]),
  };
  const application = {
    id: 'app-1',
    platform: 'host-1',
    type: 'mivoice-5000',
    version: fact('8.2'),
    licence: { id: 'L1', type: 'Perpetual', expiresAt: new Date(START + 30 * 86_400_000).toISOString() },
    hasPortal: true,
  };
  await store.write(async ({ db }) => {
    await db
      .insertInto('gateway')
      .values({
        id: ids.gateway,
        account_id: account,
        name,
        name_lc: name.toLowerCase(),
        host_name: 'gw-1',
        serial: 'S1',
        fingerprint: 'AA:BB',
        certificate_serial: ulid(START),
        certificate_expires_at: new Date(START + 90 * 86_400_000).toISOString(),
        created_at: at,
        released_at: null,
        boot: 1,
        conn: 1,
        online: 1,
        presence_since: at,
        presence_reason: null,
        last_seen_at: at,
        version: '0.1.0',
        capabilities: '["pbx.sync","gateway.self-test","pbx.test","inventory.report"]',
        outbox: null,
        acked_seq: 0,
        quarantined: 0,
        section_at: at,
      })
      .execute();
    await db
      .insertInto('pbx')
      .values(
        [
          { id: ids.pbx, gateway_id: ids.gateway, name: 'PBX 1' },
          { id: ids.leftPbx, gateway_id: ulid(START), name: 'PBX 0' },
        ].map((pbx) => ({ ...pbx, account_id: account, type: 'mivoice-5000', revision: 1, created_at: at })),
      )
      .execute();
    const farEnd = { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 };
    const trunk = { name: `Trunk of ${ids.pbx}`, pbx: ids.pbx, host: '192.0.2.5', port: 5061, farEnd };
    await db
      .insertInto('trunk')
      .values({
        id: ids.trunk,
        account_id: account,
        gateway_id: ids.gateway,
        pbx_id: ids.pbx,
        name: trunk.name,
        name_lc: trunk.name.toLowerCase(),
        host_lc: trunk.host,
        port: trunk.port,
        settings: JSON.stringify(TrunkSettings.parse(trunk)),
        created_at: at,
        updated_at: at,
        revision: 1,
      })
      .execute();
    await db
      .insertInto('sync_run')
      .values({
        id: ids.run,
        account_id: account,
        gateway_id: ids.gateway,
        pbx_id: ids.pbx,
        pbx_name: 'PBX 1',
        pbx_type: 'mivoice-5000',
        trigger: 'schedule',
        outcome: 'Held',
        started_at: at,
        finished_at: at,
        duration_ms: 5,
        counts: '{"read":1,"added":0,"changed":0,"removed":60,"unchanged":1,"rejected":0}',
        irregularities: '{"no-email":0,"email-not-unique":0,"invalid-email":0,"duplicate-extension":0}',
        reason: null,
        hold: 'open',
        decided_by: null,
        decided_at: null,
        revision: 1,
      })
      .execute();
    await db
      .insertInto('held_user')
      .values([
        { run_id: ids.run, account_id: account, source_key: 'k1', name: 'Zoe', email: null, extension: '0100' },
        { run_id: ids.run, account_id: account, source_key: 'k2', name: 'Abe', email: 'a@x.fr', extension: null },
      ])
      .execute();
    await db
      .insertInto('command')
      .values({
        id: ids.command,
        account_id: account,
        gateway_id: ids.gateway,
        name: 'pbx.sync',
        args: `{"pbx":"${ids.pbx}"}`,
        state: 'queued',
        issuer_id: 'p',
        issuer_name: 'Ann Admin',
        issued_at: at,
        deadline_at: new Date(START + 900_000).toISOString(),
        updated_at: at,
        progress: null,
        output: null,
        reason: null,
      })
      .execute();
    await db
      .insertInto('platform')
      .values({
        id: ulid(START),
        account_id: account,
        gateway_id: ids.gateway,
        platform_id: 'host-1',
        host_lc: 'srv-1',
        platform_type: 'virtual',
        system_family: 'Debian',
        document: JSON.stringify(platform),
        reported_at: at,
      })
      .execute();
    await db
      .insertInto('application')
      .values({
        id: ulid(START),
        account_id: account,
        gateway_id: ids.gateway,
        application_id: 'app-1',
        platform_id: 'host-1',
        type: 'mivoice-5000',
        version: '8.2',
        licence_type: 'Perpetual',
        licence_expires_at: application.licence.expiresAt,
        document: JSON.stringify(application),
        reported_at: at,
      })
      .execute();
    await db
      .insertInto('provisioning_token')
      .values({
        id: ids.token,
        account_id: account,
        token_hash: ulid(START),
        site_name: null,
        uses: 0,
        max_uses: 1,
        expires_at: at,
        created_at: at,
      })
      .execute();
  });
  await addAlert(store, { account, ...ids });
  const [user = ''] = await addUsers(store, { account, ...ids }, [
    { name: 'Jean Dupont', email: 'jean@x.fr', extension: '0042' },
  ]);
  return { account, ...ids, ...(await addAccess(store, account)), user };
}

/** An open alert of the site's gateway, and whom it would be told. */
async function addAlert(store: Store, ids: Pick<Site, 'account' | 'gateway' | 'alert' | 'contact' | 'webhook'>) {
  const at = new Date(START).toISOString();
  await store.write(async ({ db }) => {
    const { partner_id } = await db
      .selectFrom('account')
      .select('partner_id')
      .where('id', '=', ids.account)
      .executeTakeFirstOrThrow();
    await db
      .insertInto('alert')
      .values({
        id: ids.alert,
        account_id: ids.account,
        gateway_id: ids.gateway,
        rule: 'gateway-offline',
        subject: '',
        subject_name: null,
        severity: 'error',
        details: JSON.stringify({ since: at }),
        opened_at: at,
        resolved_at: null,
        told_at: null,
        finished: 0,
        acknowledged_at: null,
        acknowledged_by: null,
        muted_until: null,
      })
      .execute();
    const target = {
      partner_id,
      account_id: ids.account,
      name: 'Ops',
      name_lc: 'ops',
      language: 'en',
      enabled: 1,
      revision: 1,
      created_at: at,
      last_delivered_at: null,
      failing_since: null,
      failure: null,
      dropped: 0,
    };
    await db
      .insertInto('alert_target')
      .values([
        { ...target, id: ids.contact, kind: 'mail', address: 'ops@example.com', secret: null },
        { ...target, id: ids.webhook, kind: 'webhook', address: 'https://192.0.2.1/hook', secret: 'whsec_test' },
      ])
      .execute();
  });
}

export interface NewUser {
  name: string;
  email?: string;
  extension?: string;
  irregular?: number;
}

/** Users of a PBX, as the ingest stores them; gives their ids. */
export async function addUsers(
  store: Store,
  { account, gateway, pbx }: { account: string; gateway: string; pbx: string },
  users: readonly NewUser[],
): Promise<string[]> {
  const rows = users.map((user) => {
    const id = ulid(START);
    const name = user.name.toLowerCase();
    return {
      id,
      account_id: account,
      gateway_id: gateway,
      pbx_id: pbx,
      source_key: id,
      name: user.name,
      name_lc: name,
      first_name: null,
      last_name: null,
      email: user.email ?? null,
      email_lc: user.email?.toLowerCase() ?? null,
      extension: user.extension ?? null,
      work_phone: null,
      mobile_phone: null,
      login_id: null,
      department: null,
      irregular: user.irregular ?? 0,
      search: [name, user.email?.toLowerCase(), user.extension].filter(Boolean).join(' '),
      modified_at: new Date(START).toISOString(),
    };
  });
  await store.write(async ({ db }) => {
    for (let at = 0; at < rows.length; at += 500) {
      await db
        .insertInto('directory_user')
        .values(rows.slice(at, at + 500))
        .execute();
    }
  });
  return rows.map((row) => row.id);
}
