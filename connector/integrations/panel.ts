import {
  type CatalogueEntry,
  type Integration,
  type IntegrationFeature,
  IntegrationKind,
  type IntegrationsPanel,
} from '#contract/api/integrations.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { GatewaySection, type PbxLink, PbxsSection } from '#contract/sections.ts';
import { PbxType } from '#contract/words.ts';
import { optionalJson } from '../lists/stored-json.ts';
import { leftBehind } from '../pbxs/left-behind.ts';
import { presenceOf } from '../presence/presence.ts';
import type { Db } from '../store/store.ts';
import { gatewayStanding, pbxStanding, type Standing } from './status.ts';

/** What stands in the catalogue without a gateway; everything else goes through one (ONB-45). */
const WITHOUT_GATEWAY: ReadonlySet<IntegrationKind> = new Set(['demarc-gateway', 'webhooks']);

type Rows = Awaited<ReturnType<typeof read>>;

/** The panel of an account as it stands at `now` (milliseconds since 1970). */
export async function integrationsPanel(db: Db, account: string, now: number): Promise<IntegrationsPanel> {
  const rows = await read(db, account);
  const items = [
    ...gatewayItems(rows, account, now),
    ...pbxItems(rows, account),
    ...leftItems(rows, account),
    ...accountItems(rows, account),
  ];
  for (const kind of rows.added) {
    if (!items.some((item) => item.kind === kind)) items.push(missing(account, kind));
  }
  items.sort((a, b) => IntegrationKind.options.indexOf(a.kind) - IntegrationKind.options.indexOf(b.kind));
  return { items, catalogue: catalogueOf(items) };
}

/** What the catalogue offers beside what is there. */
function catalogueOf(items: readonly Integration[]): CatalogueEntry[] {
  const hasGateway = items.some(({ kind }) => kind === 'demarc-gateway');
  return IntegrationKind.options.map((kind) => {
    const there = items.filter((item) => item.kind === kind);
    const tab = kind === 'webhooks' ? 'third-party' : 'site';
    if (there.some(isSetUp)) return { kind, tab, state: 'set-up' };
    if (there.length > 0) return { kind, tab, state: 'added' };
    return { kind, tab, state: hasGateway || WITHOUT_GATEWAY.has(kind) ? 'available' : 'incompatible' };
  });
}

const isSetUp = ({ subject, features, complete }: Integration): boolean =>
  subject !== null || complete || features.some(({ count }) => (count ?? 0) > 0);

async function read(db: Db, account: string) {
  const gateways = await db
    .selectFrom('gateway')
    .selectAll()
    .where('account_id', '=', account)
    .where('released_at', 'is', null)
    .orderBy('name_lc')
    .execute();
  const sections = await db
    .selectFrom('section')
    .select(['gateway_id', 'section', 'document'])
    .where('account_id', '=', account)
    .where('section', 'in', ['gateway', 'pbxs'])
    .execute();
  const documentOf = (gateway: string, section: string) =>
    sections.find((row) => row.gateway_id === gateway && row.section === section)?.document ?? null;
  const portals = await db.selectFrom('application').select('document').where('account_id', '=', account).execute();
  const trunks = await db.selectFrom('trunk').select(['id', 'pbx_id']).where('account_id', '=', account).execute();
  const down = await db
    .selectFrom('trunk_health')
    .select('trunk_id')
    .where('account_id', '=', account)
    .where('state', '=', 'down')
    .execute();
  const dids = await db
    .selectFrom('did')
    .select(['pbx_id', (eb) => eb.fn.countAll<number>().as('n')])
    .where('account_id', '=', account)
    .groupBy('pbx_id')
    .execute();
  const hooks = await db
    .selectFrom('alert_target')
    .select(['enabled', 'failing_since', 'failure'])
    .where('kind', '=', 'webhook')
    .where('account_id', '=', account)
    .execute();
  const added = await db.selectFrom('integration').select('kind').where('account_id', '=', account).execute();
  const off = await db.selectFrom('integration_off').select('subject').where('account_id', '=', account).execute();
  return {
    gateways: gateways.map((row) => ({
      row,
      own: optionalJson(GatewaySection, documentOf(row.id, 'gateway')),
      links: optionalJson(PbxsSection, documentOf(row.id, 'pbxs'))?.links ?? [],
    })),
    portals: new Set(portals.flatMap(({ document }) => portalOf(document))),
    trunks,
    left: await leftBehind(db, account),
    down: new Set(down.map(({ trunk_id }) => trunk_id)),
    dids: new Map(dids.map(({ pbx_id, n }) => [pbx_id, n])),
    hooks,
    added: added.flatMap(({ kind }) => IntegrationKind.safeParse(kind).data ?? []),
    off: new Set(off.map(({ subject }) => subject)),
  };
}

/** The PBX whose page an application is. */
function portalOf(document: string): string[] {
  const { pbx, hasPortal } = JSON.parse(document) as { pbx?: string; hasPortal?: boolean };
  return pbx !== undefined && hasPortal === true ? [pbx] : [];
}

const EMPTY = { problem: null, updateAvailable: null, virtual: null, addresses: [], features: [], on: true };

/** What was chosen from the catalogue and has nothing behind it yet. */
function missing(account: string, kind: IntegrationKind): Integration {
  const status = kind === 'demarc-gateway' ? 'No gateway detected' : 'Incomplete';
  const none = { subject: null, name: null, gateway: null, complete: false };
  return { ...EMPTY, ...none, id: kind, account, kind, state: 'Incomplete', status };
}

const gatewayItems = ({ gateways, off }: Rows, account: string, now: number): Integration[] =>
  gateways.map(({ row, own, links }) => {
    const { presence, reason } = presenceOf(row, now);
    return {
      ...EMPTY,
      ...gatewayStanding({ presence, presenceReason: reason, onboarding: own?.onboarding, links }),
      id: row.id,
      account,
      kind: 'demarc-gateway',
      subject: row.id,
      name: row.name,
      gateway: row.id,
      updateAvailable: own?.update?.available ?? null,
      on: !off.has(row.id),
      virtual: own?.virtual ?? null,
      addresses: own?.addresses ?? [],
    };
  });

const pbxItems = (rows: Rows, account: string): Integration[] =>
  rows.gateways.flatMap(({ row, links }) =>
    links.map((link) => ({
      ...EMPTY,
      ...pbxStanding(link),
      id: link.id,
      account,
      kind: PbxType.parse(link.type),
      subject: link.id,
      name: link.name,
      gateway: row.id,
      on: !rows.off.has(link.id),
      addresses: [link.address],
      features: featuresOf(rows, link),
    })),
  );

/** What nobody but a person can end: its gateway is gone, or names it no more. */
const leftItems = ({ left }: Rows, account: string): Integration[] =>
  left.map(({ id, type, name, users }) => ({
    ...EMPTY,
    id,
    account,
    kind: PbxType.parse(type),
    subject: id,
    name,
    gateway: null,
    state: 'Error',
    status: 'Error',
    problem: new DemarcError('pbx.left-behind').toText(),
    complete: false,
    features: [{ id: 'users', offered: true, note: null, count: users }],
  }));

function featuresOf({ portals, trunks, dids }: Rows, link: PbxLink): IntegrationFeature[] {
  const gives = (name: string) => link.capabilities[name] ?? { via: 'none' };
  const fromLink = (id: 'users' | 'numbers' | 'activity', count: number | null): IntegrationFeature => {
    const { via, note } = gives(id);
    return { id, offered: via !== 'none', note: note ?? null, count };
  };
  const hasPortal = portals.has(link.id);
  return [
    { id: 'admin-portal', offered: hasPortal, note: null, count: null },
    {
      id: 'sip-trunks',
      offered: gives('trunk').via !== 'none',
      note: gives('trunk').note ?? null,
      count: trunks.filter(({ pbx_id }) => pbx_id === link.id).length,
    },
    fromLink('users', link.users),
    fromLink('numbers', Math.max(dids.get(link.id) ?? 0, link.numbers)),
    fromLink('activity', null),
  ];
}

/** What belongs to the account as a whole: its trunks and its webhooks. */
function accountItems({ trunks, down, hooks }: Rows, account: string): Integration[] {
  const items: Integration[] = [];
  const row = (kind: IntegrationKind, standing: Standing) => {
    items.push({ ...EMPTY, ...standing, id: kind, account, kind, subject: null, name: null, gateway: null });
  };
  if (trunks.length > 0) {
    const broken = trunks.filter(({ id }) => down.has(id)).length;
    const problem = {
      code: 'trunk.down',
      message: `${broken} of ${trunks.length} SIP trunks are down`,
      nextStep: 'Open the SIP trunks and look at what their supervision found.',
    };
    const state = broken > 0 ? 'Error' : 'Connected';
    row('sip-trunks', { state, status: state, problem: broken > 0 ? problem : null, complete: true });
  }
  if (hooks.length > 0) {
    const failing = hooks.filter(({ enabled, failing_since }) => enabled === 1 && failing_since !== null).length;
    const problem = {
      code: 'webhook.failing',
      message: `${failing} of ${hooks.length} webhooks cannot be delivered to`,
      nextStep: 'Open the alert settings; the reason stands with each webhook.',
    };
    const state = failing > 0 ? 'Error' : hooks.some(({ enabled }) => enabled === 1) ? 'Connected' : 'Incomplete';
    row('webhooks', { state, status: state, problem: failing > 0 ? problem : null, complete: true });
  }
  return items;
}
