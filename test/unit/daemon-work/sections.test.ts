import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES } from '#contract/envelope.ts';
import { HealthSection, InventorySection, PbxsSection, type SectionMessage } from '#contract/sections.ts';
import { canonicalJson } from '#daemon/sections/canonical.ts';
import { fit } from '#daemon/sections/fit.ts';
import { Sections } from '#daemon/sections/sections.ts';
import { KeepingOutbox, storeBench } from './support.ts';

const at = '2026-11-22T12:00:00.000Z';
const MINUTE = 60_000;

async function bench() {
  const base = await storeBench('sections');
  const outbox = new KeepingOutbox(base.store);
  const sections = new Sections({ store: base.store, outbox, clock: base.clock });
  const sent = () => outbox.records.map((record) => [record.kind, (record.data as SectionMessage).revision]);
  return Object.assign(base, { outbox, sections, sent });
}

const gateway = (hostName: string) => ({
  hostName,
  version: '0.1.0',
  addresses: ['192.0.2.1'],
  timeZone: 'UTC',
  startedAt: at,
  certificateExpiresAt: null,
});

const health = (records: number, dropped = 0): HealthSection => ({
  outbox: { low: 1, next: records + 1, records, bytes: records * 10, oldestAt: null, drops: { 'bulk.age': dropped } },
  store: { status: 'ok', at: null },
  clockOffsetMs: records,
  memoryBytes: 1000 + records,
  checks: [],
  checkedAt: null,
});

const fact = <T>(value: T, when = at) => ({ value, source: 'test', at: when, stale: false });

const inventory = (when: string, partitions = 1, applications = 0): InventorySection => ({
  collectedAt: when,
  platforms: [
    {
      id: 'p1',
      hostName: fact('box', when),
      platformType: fact('server', when),
      platformName: fact('n'.repeat(500), when),
      systemFamily: fact('Linux', when),
      version: fact('12', when),
      memory: fact(1e9, when),
      processor: fact('cpu', when),
      partitions: fact(
        Array.from({ length: partitions }, (_, i) => ({
          id: `/dev/mapper/${'volume'.repeat(20)}${i}`,
          basePath: `/mnt/${'path'.repeat(20)}/${i}`,
          fileSystemType: 'ext4',
          capacity: i,
        })),
        when,
      ),
    },
  ],
  applications: Array.from({ length: applications }, (_, i) => ({
    id: `${'a'.repeat(100)}${i}`,
    platform: null,
    type: 'mx-one' as const,
    name: '名'.repeat(300),
    version: { ...fact('v'.repeat(400), when), problem: 'p'.repeat(500) },
    licence: { id: 'l'.repeat(400), type: 'Perpetual' as const, expiresAt: null },
    hasPortal: false,
  })),
});

describe('sections', () => {
  test('the same document is sent once, a changed one under the next revision, also after a restart', async () => {
    await using b = await bench();
    expect(await b.sections.publish('gateway', gateway('a'))).toBe(true);
    expect(await b.sections.publish('gateway', gateway('a'))).toBe(false);
    expect(await b.sections.publish('gateway', gateway('b'))).toBe(true);
    await b.reopen();
    const outbox = new KeepingOutbox(b.store);
    const again = new Sections({ store: b.store, outbox, clock: b.clock });
    expect(await again.publish('gateway', gateway('b'))).toBe(false);
    expect(await again.publish('gateway', gateway('c'))).toBe(true);
    expect(b.sent()).toEqual([
      ['section', 1],
      ['section', 2],
    ]);
    expect(outbox.records[0]?.data).toMatchObject({ revision: 3 });
  });

  test('two publications at one time get two revisions', async () => {
    await using b = await bench();
    await Promise.all([b.sections.publish('gateway', gateway('a')), b.sections.publish('gateway', gateway('b'))]);
    expect(b.sent().map(([, revision]) => revision)).toEqual([1, 2]);
  });

  test('a newer collection of the same inventory is not sent', async () => {
    await using b = await bench();
    await b.sections.publish('inventory', inventory(at));
    expect(await b.sections.publish('inventory', inventory('2026-11-22T13:00:00.000Z'))).toBe(false);
  });

  test('queue sizes are sent every ten minutes at most, a drop at once', async () => {
    await using b = await bench();
    await b.sections.publish('health', health(1));
    b.clock.time += MINUTE;
    expect(await b.sections.publish('health', health(2))).toBe(false);
    expect(await b.sections.publish('health', health(2, 5))).toBe(true);
    b.clock.time += 10 * MINUTE;
    expect(await b.sections.publish('health', health(3, 5))).toBe(true);
    b.clock.time += 10 * MINUTE;
    expect(await b.sections.publish('health', health(3, 5))).toBe(false);
  });

  test('an unchanged section gives a sign of life once an hour, with its revision and without its document', async () => {
    await using b = await bench();
    expect(await b.sections.touch('gateway')).toBe(false);
    await b.sections.publish('gateway', gateway('a'));
    expect(await b.sections.touch('gateway')).toBe(false);
    b.clock.time += 60 * MINUTE;
    expect(await b.sections.touch('gateway')).toBe(true);
    expect(await b.sections.touch('gateway')).toBe(false);
    const [first, second] = b.outbox.records;
    expect(second).toMatchObject({ kind: 'section.unchanged', hash: first?.hash, data: { revision: 1 } });
    expect(second?.data).not.toHaveProperty('document');
  });

  test('what the cloud asks for is sent again, newer than before', async () => {
    await using b = await bench();
    expect(await b.sections.resend('gateway')).toBe(false);
    await b.sections.publish('gateway', gateway('a'));
    expect(await b.sections.resend('gateway')).toBe(true);
    expect(b.sent()).toEqual([
      ['section', 1],
      ['section', 2],
    ]);
    expect(b.outbox.records[1]?.data).toMatchObject({ document: gateway('a') });
  });

  test('when the outbox refuses, nothing is remembered as sent', async () => {
    await using b = await bench();
    b.outbox.full = true;
    await expect(b.sections.publish('gateway', gateway('a'))).rejects.toMatchObject({ code: 'store.full' });
    b.outbox.full = false;
    expect(await b.sections.publish('gateway', gateway('a'))).toBe(true);
  });

  test('a document that does not fit the contract is refused, not sent to quarantine', async () => {
    await using b = await bench();
    const bad = { ...gateway('a'), startedAt: 'yesterday' };
    await expect(b.sections.publish('gateway', bad)).rejects.toMatchObject({ code: 'link.malformed' });
    expect(b.outbox.records).toEqual([]);
  });
});

test('canonical JSON does not depend on the order of keys', () => {
  assert(
    property(dictionary(string(), jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

describe('every section fits into one message', () => {
  const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  const long = 'ü'.repeat(250);

  test('a small document stays as it is', () => {
    const document = inventory(at, 3, 2);
    expect(fit('inventory', document)).toBe(document);
  });

  test('fifty PBXs with the longest texts', () => {
    const reason = { code: 'c'.repeat(64), message: 'ü'.repeat(1000), nextStep: 'ü'.repeat(1000) };
    const names = ['users', 'numbers', 'version', 'licence', 'trunk', 'activity'];
    const document = PbxsSection.parse({
      links: Array.from({ length: 50 }, () => ({
        id: ulid(),
        type: 'mivoice-office-400',
        name: 'ü'.repeat(128),
        address: long,
        capabilities: Object.fromEntries(names.map((name) => [name, { via: 'ü'.repeat(64), note: long }])),
        syncMinutes: 10_080,
        nextSyncAt: at,
        running: { run: ulid(), phase: 'reading the directory', read: 123_456, startedAt: at },
        lastSync: {
          run: ulid(),
          trigger: 'sync-now',
          outcome: 'Successful',
          startedAt: at,
          finishedAt: at,
          counts: {
            read: 99_999,
            added: 99_999,
            changed: 99_999,
            removed: 99_999,
            unchanged: 99_999,
            rejected: 99_999,
          },
          irregularities: {
            'no-email': 9999,
            'email-not-unique': 9999,
            'invalid-email': 9999,
            'duplicate-extension': 9,
          },
          reason,
        },
        lastSuccessAt: at,
        users: 99_999,
        numbers: 99_999,
        version: 'ü'.repeat(256),
      })),
    });
    const fitted = fit('pbxs', document);
    expect(size(fitted)).toBeLessThan(MAX_MESSAGE_BYTES - 1000);
    expect(PbxsSection.parse(fitted).links).toHaveLength(50);
  });

  test('a hundred checks with the longest texts', () => {
    const document = HealthSection.parse({
      ...health(1),
      checks: Array.from({ length: 100 }, () => ({
        id: 'i'.repeat(64),
        title: 'ü'.repeat(128),
        status: 'error',
        code: 'c'.repeat(64),
        detail: 'ü'.repeat(2000),
        effect: 'ü'.repeat(1000),
        nextStep: 'ü'.repeat(1000),
        durationMs: 1,
      })),
    });
    const fitted = fit('health', document);
    expect(size(fitted)).toBeLessThan(MAX_MESSAGE_BYTES - 1000);
    expect(HealthSection.parse(fitted).checks).toHaveLength(100);
  });

  test('five hundred partitions: the largest stay, and it says how many there are', () => {
    const fitted = InventorySection.parse(fit('inventory', inventory(at, 500, 10)));
    expect(size(fitted)).toBeLessThan(MAX_MESSAGE_BYTES - 1000);
    const partitions = fitted.platforms[0]?.partitions;
    expect(partitions?.problem).toContain('of 500');
    expect(partitions?.value?.[0]?.capacity).toBe(499);
    expect(fitted.applications).toHaveLength(10);
  });

  test('two hundred applications with the longest texts: the rest is counted', () => {
    const fitted = InventorySection.parse(fit('inventory', inventory(at, 500, 200)));
    expect(size(fitted)).toBeLessThan(MAX_MESSAGE_BYTES - 1000);
    expect(fitted.applications.length).toBeGreaterThan(50);
    expect(fitted).toMatchObject({ omitted: { applications: 200 - fitted.applications.length } });
  });
});
