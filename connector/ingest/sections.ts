import { describe } from '#config/document.ts';
import type { Ask } from '#contract/envelope.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { type SectionData, type SectionMessage, type SectionName, sections } from '#contract/sections.ts';
import { topics } from '#contract/topics.ts';
import { takeTrunkHealth } from '../trunks/health-store.ts';
import { isNewerOutbox, type RecordDelivery } from './delivery.ts';
import { projectInventory } from './inventory.ts';
import { projectNumbers } from './numbers.ts';
import { takePbxs } from './pbx.ts';

/** What else a section's document means, beside being kept as it is. */
const projections: { [N in SectionName]: (delivery: RecordDelivery, document: SectionData<N>) => Promise<void> } = {
  gateway: async (delivery, document) => {
    delivery.patch({
      host_name: document.hostName,
      ...(document.serial !== undefined && { serial: document.serial }),
      ...(document.certificateExpiresAt !== null && { certificate_expires_at: document.certificateExpiresAt }),
    });
  },
  pbxs: takePbxs,
  inventory: projectInventory,
  health: async (delivery, document) => {
    if (isNewerOutbox(delivery.sender.outbox, document.outbox)) {
      delivery.patch({ outbox: JSON.stringify(document.outbox) });
    }
  },
  tunnels: async () => undefined,
  trunks: takeTrunkHealth,
  numbers: projectNumbers,
};

const isSection = (name: string): name is SectionName => Object.hasOwn(sections, name);

/** `kind: section`: takes the whole document when its (boot, revision) is newer than what is stored. */
export async function takeSection(delivery: RecordDelivery, message: SectionMessage): Promise<void> {
  const name = sectionOf(delivery, message);
  if (await isOld(delivery, name, message)) return;
  await store(delivery, name, message);
}

/** `kind: section.unchanged`: confirms a document by its hash; one that we do not hold is asked for. */
export async function takeUnchanged(delivery: RecordDelivery, message: SectionMessage): Promise<void> {
  const name = sectionOf(delivery, message);
  if (await isOld(delivery, name, message)) return;
  const { work, sender, envelope, now, parts } = delivery;
  const { account, gateway } = sender.address;
  const confirmed = await work.db
    .updateTable('section')
    .set({ boot: envelope.boot, revision: message.revision, received_at: now })
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .where('section', '=', name)
    .where('hash', '=', envelope.hash ?? 'none')
    .executeTakeFirst();
  if (confirmed.numUpdatedRows > 0n) {
    arrived(delivery);
    return;
  }
  const ask: Ask = { what: 'section', section: name };
  delivery.after(`ask section ${name}`, () => parts.publish(topics.ask(sender.address), JSON.stringify(ask)));
}

function sectionOf(delivery: RecordDelivery, message: SectionMessage): SectionName {
  const { topic } = delivery;
  if (topic.channel !== 'state' || topic.section !== message.section) {
    throw new DemarcError('link.malformed', 'the section is not the one of the topic');
  }
  if (!isSection(message.section)) throw new DemarcError('link.unknown-kind', `section ${message.section}`);
  return message.section;
}

async function isOld(delivery: RecordDelivery, name: SectionName, message: SectionMessage): Promise<boolean> {
  const { work, sender, envelope } = delivery;
  const stored = await work.db
    .selectFrom('section')
    .select(['boot', 'revision'])
    .where('account_id', '=', sender.address.account)
    .where('gateway_id', '=', sender.address.gateway)
    .where('section', '=', name)
    .executeTakeFirst();
  if (stored === undefined) return false;
  if (stored.boot !== envelope.boot) return envelope.boot < stored.boot;
  return message.revision <= stored.revision;
}

async function store<N extends SectionName>(delivery: RecordDelivery, name: N, message: SectionMessage): Promise<void> {
  const parsed = sections[name].safeParse(message.document);
  if (!parsed.success) throw new DemarcError('link.malformed', `section ${name}: ${describe(parsed.error)}`);
  const { work, sender, envelope, now } = delivery;
  const { account, gateway } = sender.address;
  const values = {
    boot: envelope.boot,
    revision: message.revision,
    hash: envelope.hash ?? '',
    document: JSON.stringify(parsed.data),
    received_at: now,
  };
  await work.db
    .insertInto('section')
    .values({ account_id: account, gateway_id: gateway, section: name, ...values })
    .onConflict((conflict) => conflict.columns(['account_id', 'gateway_id', 'section']).doUpdateSet(values))
    .execute();
  await projections[name](delivery, parsed.data as SectionData<N>);
  arrived(delivery);
}

function arrived({ patch, work, sender, now }: RecordDelivery): void {
  patch({ section_at: now });
  work.changed({ topic: 'gateway', account: sender.address.account, ref: sender.address.gateway });
}
