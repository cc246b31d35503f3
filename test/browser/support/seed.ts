import { ulid } from 'ulid';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import type { SyncRun } from '#contract/api.ts';
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport, PbxLink, PlatformReport } from '#contract/sections.ts';

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
const fact = <T>(value: T | null, more: { stale?: boolean; problem?: string } = {}) => ({
  value,
  source: 'os-release',
  at: at(12),
  stale: false,
  ...more,
});

/** Names as people have them, and one that is an attack. */
const PEOPLE = [
  'Zoë Brontë',
  'Łukasz Żółć',
  '王小明',
  'محمد علي',
  'Jürgen Groß',
  'Síle Ní Bhriain',
  '<script>alert(1)</script>',
  'Maximiliane-Theodora von und zu Hohenstein-Waldenburg',
];
/** An error as a row keeps it. */
const reason = (code: ErrorCode, met?: string): string => JSON.stringify(new DemarcError(code, met).toText());

/** A check of the self-test that found something. */
const check = (id: string, title: string, status: string, error: DemarcError, more: object) => {
  const { code, message, nextStep } = error.toText();
  return { id, title, status, code, detail: message, nextStep, ...more };
};

const NO_IRREGULARITIES = { 'no-email': 0, 'email-not-unique': 0, 'invalid-email': 0, 'duplicate-extension': 0 };

export interface Seeded {
  gateways: { online: string; offline: string };
  heldRun: string;
  /** Somebody from the far end of the list, whose page is not loaded at first. */
  user: string;
}

/**
 * Fills the store of a running connector with what gateways would have sent: three gateways in different states, two
 * PBXs with users, runs of every outcome, an inventory, commands and events.
 */
export async function seed(database: string, account: string): Promise<Seeded> {
  const store = await Store.open({ path: database, clock: systemClock });
  try {
    return await fill(store, account);
  } finally {
    await store.close();
  }
}

async function fill({ db }: Store, account_id: string): Promise<Seeded> {
  const gateways = { online: ulid(), offline: ulid(), never: ulid() };
  const outbox = { low: 4, next: 130, records: 126, bytes: 482_113, oldestAt: at(190), drops: { 'bulk.bytes': 12 } };
  const gateway = (id: string, name: string, more: object) => ({
    id,
    account_id,
    name,
    name_lc: name.toLowerCase(),
    host_name: `gw-${name.toLowerCase()}`,
    serial: 'DMC-0042-7781',
    fingerprint: 'SHA256:9f2a0c44be71d3385a6fe01c7d92ab30445e1f7780c2d6b1aa03948de17f5c62',
    certificate_serial: ulid(),
    certificate_expires_at: at(-60 * 24 * 61),
    created_at: at(90_000),
    released_at: null,
    boot: 3,
    conn: 8,
    online: 0,
    presence_since: null,
    presence_reason: null,
    last_seen_at: null,
    version: null,
    capabilities: '[]',
    outbox: null,
    acked_seq: 3,
    quarantined: 0,
    section_at: null,
    ...more,
  });
  const known = {
    version: '0.1.0',
    capabilities:
      '["pbx.sync","pbx.remove","inventory.report","gateway.check-update","gateway.update","gateway.set-update-schedule"]',
    section_at: at(2),
    last_seen_at: at(1),
  };
  await db
    .insertInto('gateway')
    .values([
      gateway(gateways.online, 'Vienna', {
        ...known,
        online: 1,
        presence_since: at(320),
        outbox: JSON.stringify({ ...outbox, records: 0, bytes: 0, oldestAt: null, drops: {} }),
      }),
      gateway(gateways.offline, 'Graz', {
        ...known,
        last_seen_at: at(185),
        presence_since: at(185),
        presence_reason: 'connection lost',
        outbox: JSON.stringify(outbox),
        quarantined: 3,
      }),
      gateway(gateways.never, 'Linz', {}),
    ])
    .execute();
  const pbxs = { north: ulid(), south: ulid() };
  const pbx = (id: string, gateway_id: string, type: string, name: string) => ({
    id,
    account_id,
    gateway_id,
    type,
    name,
    revision: 3,
    created_at: at(90_000),
  });
  await db
    .insertInto('pbx')
    .values([
      pbx(pbxs.north, gateways.online, 'mivoice-5000', 'Head office'),
      pbx(pbxs.south, gateways.offline, 'mivoice-business', 'Warehouse'),
    ])
    .execute();
  const user = await people(db, account_id, { gateway: gateways.online, ...pbxs });
  const heldRun = await runs(db, account_id, gateways, pbxs);
  await inventory(db, account_id, gateways.online);
  await sections(db, account_id, gateways.online, pbxs.north, heldRun);
  await history(db, account_id, gateways);
  return { gateways, heldRun, user };
}

type Db = Store['db'];

async function people(db: Db, account_id: string, ids: { gateway: string; north: string; south: string }) {
  const rows = Array.from({ length: 160 }, (_, n) => {
    const name = `${PEOPLE[n % PEOPLE.length] ?? ''} ${n}`;
    const email = n % 9 === 0 ? null : n % 10 === 0 ? 'desk@example.org' : `person.${n}@example.org`;
    const extension = String(2000 + n).padStart(5, '0');
    return {
      id: ulid(),
      account_id,
      gateway_id: ids.gateway,
      pbx_id: n % 3 === 0 ? ids.south : ids.north,
      source_key: `key-${n}`,
      name,
      name_lc: name.toLowerCase(),
      first_name: null,
      last_name: null,
      email,
      email_lc: email,
      extension,
      work_phone: `+43151234${extension}`,
      mobile_phone: n % 4 === 0 ? `+436641234${n}` : null,
      login_id: `u${n}`,
      department: n % 2 === 0 ? 'Sales' : null,
      irregular: email === null ? 1 : email.startsWith('desk') ? 2 : 0,
      search: `${name} ${email ?? ''} ${extension}`.toLowerCase(),
      modified_at: at(n * 30),
    };
  });
  await db.insertInto('directory_user').values(rows).execute();
  const [last] = rows.toSorted((a, b) => (a.name_lc < b.name_lc ? 1 : -1));
  return last?.id ?? '';
}

async function runs(
  db: Db,
  account_id: string,
  gateways: { online: string; offline: string },
  pbxs: { north: string; south: string },
): Promise<string> {
  const held = ulid();
  const run = (
    id: string,
    pbx: 'north' | 'south',
    minutesAgo: number,
    outcome: SyncRun['outcome'],
    more: object = {},
  ) => ({
    id,
    account_id,
    gateway_id: pbx === 'north' ? gateways.online : gateways.offline,
    pbx_id: pbxs[pbx],
    pbx_name: pbx === 'north' ? 'Head office' : 'Warehouse',
    pbx_type: pbx === 'north' ? 'mivoice-5000' : 'mivoice-business',
    trigger: 'schedule',
    outcome,
    started_at: at(minutesAgo),
    finished_at: at(minutesAgo),
    duration_ms: 4210,
    counts: JSON.stringify({ read: 120, added: 2, changed: 5, removed: 0, unchanged: 113, rejected: 1 }),
    irregularities: JSON.stringify({ ...NO_IRREGULARITIES, 'no-email': 18, 'email-not-unique': 7 }),
    reason: null,
    hold: null,
    decided_by: null,
    decided_at: null,
    revision: 3,
    ...more,
  });
  await db
    .insertInto('sync_run')
    .values([
      run(ulid(), 'north', 61, 'Successful', { trigger: 'first' }),
      run(ulid(), 'north', 41, 'Partial', {
        reason: reason('sync.kept', '1 of 122 users'),
      }),
      run(held, 'north', 1, 'Held', {
        hold: 'open',
        counts: JSON.stringify({ read: 60, added: 0, changed: 0, removed: 62, unchanged: 60, rejected: 3 }),
        notes: JSON.stringify({
          rejected: [
            { where: 'line 17', reason: 'the number is there already on line 4' },
            { where: `cn=${'Long Name '.repeat(9)}`, reason: 'has neither an identity nor an extension' },
          ],
          remarked: 1,
          remarks: [{ where: 'cn=Anne Öztürk,ou=people,o=lab', reason: 'title: cut to 256 characters' }],
        }),
        reason: reason('sync.held', '62 of 122 users'),
      }),
      run(ulid(), 'south', 21, 'Failed', {
        reason: reason('pbx.unreachable', 'connecting to 192.0.2.10:389: 5000 ms'),
      }),
    ])
    .execute();
  await db
    .insertInto('held_user')
    .values(
      Array.from({ length: 62 }, (_, n) => ({
        run_id: held,
        account_id,
        source_key: `key-${n}`,
        name: `${PEOPLE[n % PEOPLE.length] ?? ''} ${n}`,
        email: n % 5 === 0 ? null : `person.${n}@example.org`,
        extension: String(2000 + n),
      })),
    )
    .execute();
  return held;
}

async function inventory(db: Db, account_id: string, gateway_id: string) {
  const platform: PlatformReport = {
    id: 'platform-1',
    hostName: fact('vienna-appliance.example.org'),
    platformType: fact('linux'),
    platformName: fact('Debian GNU/Linux'),
    systemFamily: fact('Linux'),
    version: fact('13 (trixie)', { stale: true, problem: 'The collector took longer than 10 s' }),
    memory: fact(8_241_004_544),
    processor: fact('Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz'),
    partitions: fact([
      { id: '/dev/sda1', basePath: '/', fileSystemType: 'ext4', capacity: 53_687_091_200 },
      { id: '/dev/sda1', basePath: '/var/lib/demarc', fileSystemType: 'ext4', capacity: 53_687_091_200 },
      { id: '/dev/sda15', basePath: '/boot/efi', fileSystemType: 'vfat', capacity: 130_023_424 },
    ]),
  };
  await db
    .insertInto('platform')
    .values({
      id: ulid(),
      account_id,
      gateway_id,
      platform_id: 'platform-1',
      host_lc: 'vienna-appliance.example.org',
      platform_type: 'linux',
      system_family: 'Linux',
      document: JSON.stringify(platform),
      reported_at: at(12),
    })
    .execute();
  const application = (type: ApplicationReport['type'], version: string, licence: ApplicationReport['licence']) => {
    const report: ApplicationReport = {
      id: `app-${type}`,
      platform: 'platform-1',
      type,
      version: fact(version),
      licence,
      hasPortal: type === 'mivoice-5000',
    };
    return {
      id: ulid(),
      account_id,
      gateway_id,
      application_id: report.id,
      platform_id: 'platform-1',
      type,
      version,
      licence_type: licence?.type ?? null,
      licence_expires_at: licence?.expiresAt ?? null,
      document: JSON.stringify(report),
      reported_at: at(12),
    };
  };
  await db
    .insertInto('application')
    .values([
      application('demarc-gateway', '0.1.0', null),
      application('mivoice-5000', '8.2 SP1', { type: 'Perpetual', expiresAt: at(-60 * 24 * 40) }),
      application('micollab', '1.7.8-develop+870', { type: 'Subscription', expiresAt: at(-60 * 24 * 400) }),
      application('mitel-border-gateway', '12.1', { type: 'Perpetual', expiresAt: at(60 * 24 * 10) }),
    ])
    .execute();
}

async function sections(db: Db, account_id: string, gateway_id: string, pbx: string, run: string) {
  const link: PbxLink = {
    id: pbx,
    type: 'mivoice-5000',
    name: 'Head office',
    address: 'ldaps://192.0.2.20:636',
    capabilities: {
      users: { via: 'LDAP' },
      numbers: { via: 'LDAP' },
      trunk: { via: 'worksheet', note: 'Demarc computes every field and prints it menu by menu of Web Admin.' },
      activity: { via: 'none', note: 'No interface for call events is known.' },
    },
    syncMinutes: 20,
    nextSyncAt: at(-14),
    running: { run: ulid(), phase: 'reading', read: 1840, startedAt: at(0) },
    lastSync: {
      run,
      trigger: 'schedule',
      outcome: 'Held',
      startedAt: at(1),
      finishedAt: at(1),
      counts: { read: 60, added: 0, changed: 0, removed: 62, unchanged: 60, rejected: 0 },
      irregularities: NO_IRREGULARITIES,
      reason: new DemarcError('sync.held', '62 of 122 users').toText(),
    },
    lastSuccessAt: at(61),
    users: 107,
    numbers: 40,
    version: '8.2 SP1',
  };
  const checks = [
    {
      id: 'cloud.dns',
      title: 'Name of the cloud',
      status: 'ok',
      detail: 'cloud.example.org is 192.0.2.1',
      durationMs: 12,
    },
    check('cloud.clock', 'Clock', 'warning', new DemarcError('check.clock', '4 s behind'), {
      effect: 'Certificates cannot be judged, deadlines of commands are missed, and times in reports are wrong.',
      durationMs: 140,
    }),
    check('disk', 'Disk space', 'error', new DemarcError('check.disk-low', '97 MiB free'), {
      effect: 'When the disk is full, new records and settings cannot be kept; what was accepted before stays.',
      durationMs: 3,
    }),
  ];
  const section = (name: string, document: object) => ({
    account_id,
    gateway_id,
    section: name,
    boot: 3,
    revision: 2,
    hash: 'h',
    document: JSON.stringify(document),
    received_at: at(2),
  });
  await db
    .insertInto('section')
    .values([
      section('gateway', {
        hostName: 'vienna-appliance',
        version: '0.1.0',
        addresses: ['192.0.2.7', '2001:db8::7'],
        timeZone: 'Europe/Vienna',
        serial: 'DMC-0042-7781',
        startedAt: at(600),
        certificateExpiresAt: at(-60 * 24 * 61),
        update: {
          phase: 'idle',
          schedule: { automatic: true, frequency: 'weekly', day: 6, time: '01:17', paused: false },
          available: '0.2.0',
          lastCheckAt: at(95),
          nextCheckAt: at(-265),
          last: {
            at: at(1500),
            from: '0.1.0',
            to: '0.1.9',
            outcome: 'Rolled back',
            reason: new DemarcError('update.no-cloud').toText(),
          },
        },
      }),
      section('pbxs', { links: [link] }),
      section('health', {
        outbox: { low: 1, next: 1, records: 0, bytes: 0, oldestAt: null, drops: {} },
        store: { status: 'ok', at: null },
        clockOffsetMs: -4100,
        memoryBytes: 70_000_000,
        checks,
        checkedAt: at(30),
      }),
    ])
    .execute();
}

async function history(db: Db, account_id: string, gateways: { online: string; offline: string }) {
  const command = (name: string, state: string, more: object = {}) => ({
    id: ulid(),
    account_id,
    gateway_id: gateways.online,
    name,
    args: '{}',
    state,
    issuer_id: ulid(),
    issuer_name: 'Ada Admin',
    issued_at: at(8),
    deadline_at: at(-7),
    updated_at: at(7),
    progress: null,
    output: null,
    reason: null,
    ...more,
  });
  await db
    .insertInto('command')
    .values([
      command('inventory.report', 'succeeded', { output: JSON.stringify({ platforms: 1, applications: 4 }) }),
      command('pbx.sync', 'running', { progress: JSON.stringify({ percent: 40, text: 'reading, 1,840 read' }) }),
      command('pbx.test', 'failed', {
        reason: reason('pbx.bad-credentials'),
      }),
    ])
    .execute();
  await db
    .insertInto('event')
    .values(
      Array.from({ length: 30 }, (_, n) => ({
        id: ulid(),
        account_id,
        partner_id: null,
        gateway_id: gateways.online,
        boot: null,
        seq: null,
        actor_id: ulid(),
        actor_name: n % 2 === 0 ? 'Ada Admin' : 'Vienna',
        actor_kind: n % 2 === 0 ? 'person' : 'gateway',
        action: n % 2 === 0 ? 'Edit' : 'Report',
        type: n % 2 === 0 ? 'Admin' : 'Gateway',
        asset: n % 2 === 0 ? 'Account' : 'PBX',
        asset_id: ulid(),
        name: n % 2 === 0 ? 'account.changed' : 'sync.held',
        severity: n % 5 === 0 ? 'warning' : 'info',
        message:
          n % 2 === 0
            ? 'Account changed: Demo Customer'
            : 'Sync of Head office is held: The run would remove more users than the limit allows (62 of 122 users)',
        at: at(n * 17 + 2),
        properties: JSON.stringify(n % 2 === 0 ? [{ property: 'phonePolicy', before: 'All', after: 'Work' }] : []),
        details: JSON.stringify(n % 2 === 0 ? {} : { removed: 62, known: 122 }),
        tags: JSON.stringify(['sync']),
        result: 'SUCCESS',
        request_id: ulid(),
      })),
    )
    .execute();
}
