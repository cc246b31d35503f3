import { ulid } from 'ulid';
import type { ApplicationReport, InventorySection, PlatformReport } from '#contract/sections.ts';
import type { RecordDelivery } from './delivery.ts';

/**
 * Replaces a gateway's platforms and applications by what its inventory section says. A platform or application that
 * was known keeps its row id, so that a console's link to it stays good.
 */
export async function projectInventory(delivery: RecordDelivery, report: InventorySection): Promise<void> {
  const platforms = new Map(report.platforms.map((platform) => [platform.id, platform]));
  const applications = new Map(report.applications.map((application) => [application.id, application]));
  await removeOthers(delivery, [...platforms.keys()], [...applications.keys()]);
  for (const platform of platforms.values()) await putPlatform(delivery, platform, report.collectedAt);
  for (const application of applications.values()) await putApplication(delivery, application, report.collectedAt);
  const { account, gateway } = delivery.sender.address;
  delivery.work.changed({ topic: 'inventory', account, ref: gateway });
}

/** An empty list would be `not in ()`, which holds for every row in SQLite but is no SQL in PostgreSQL. */
const orNone = (ids: string[]): string[] => (ids.length > 0 ? ids : ['']);

async function removeOthers({ work, sender }: RecordDelivery, platforms: string[], applications: string[]) {
  const { account, gateway } = sender.address;
  await work.db
    .deleteFrom('platform')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .where('platform_id', 'not in', orNone(platforms))
    .execute();
  await work.db
    .deleteFrom('application')
    .where('account_id', '=', account)
    .where('gateway_id', '=', gateway)
    .where('application_id', 'not in', orNone(applications))
    .execute();
}

async function putPlatform({ work, sender, parts }: RecordDelivery, platform: PlatformReport, reportedAt: string) {
  const { account, gateway } = sender.address;
  const values = {
    host_lc: (platform.hostName.value ?? '').toLowerCase(),
    platform_type: platform.platformType.value,
    system_family: platform.systemFamily.value,
    document: JSON.stringify(platform),
    reported_at: reportedAt,
  };
  await work.db
    .insertInto('platform')
    .values({
      id: ulid(parts.clock.now()),
      account_id: account,
      gateway_id: gateway,
      platform_id: platform.id,
      ...values,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'gateway_id', 'platform_id']).doUpdateSet(values))
    .execute();
}

async function putApplication({ work, sender, parts }: RecordDelivery, report: ApplicationReport, reportedAt: string) {
  const { account, gateway } = sender.address;
  const values = {
    platform_id: report.platform,
    type: report.type,
    version: report.version.value,
    licence_type: report.licence?.type ?? null,
    licence_expires_at: report.licence?.expiresAt ?? null,
    document: JSON.stringify(report),
    reported_at: reportedAt,
  };
  await work.db
    .insertInto('application')
    .values({
      id: ulid(parts.clock.now()),
      account_id: account,
      gateway_id: gateway,
      application_id: report.id,
      ...values,
    })
    .onConflict((conflict) => conflict.columns(['account_id', 'gateway_id', 'application_id']).doUpdateSet(values))
    .execute();
}
