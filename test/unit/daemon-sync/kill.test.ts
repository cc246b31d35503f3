import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { UserRecord } from '#contract/users.ts';
import { AS_TEXT, type DaemonStore } from '#daemon/store/store.ts';
import type { SyncEngine } from '#daemon/sync/engine.ts';
import { SyncState } from '#daemon/sync/records.ts';
import type { SyncRequest } from '#daemon/sync/run.ts';
import { UserRow } from '#daemon/sync/user-row.ts';
import { startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { CloudReader, drain, engineIn, PBX, people, ScriptedPbx } from './support.ts';

const CHILD = fileURLToPath(new URL('./killed-child.ts', import.meta.url));
const ROUNDS = 12;

/** What the daemon has in force is what a cloud knows that has read everything in the outbox. */
async function expectAgreement(when: string, site: { engine: SyncEngine; store: DaemonStore; cloud: CloudReader }) {
  const { engine, store, cloud } = site;
  const status = engine.status(PBX);
  const inForce = new Map<string, UserRecord>();
  for await (const [key, text] of store.table('sync-people', z.string(), { codec: AS_TEXT }).entries()) {
    const { user } = new UserRow(text);
    expect(inForce.has(user.key), `${when}: ${key} is there twice`).toBe(false);
    inForce.set(user.key, user);
  }
  expect({ when, revision: cloud.revision, users: inForce.size }).toEqual({
    when,
    revision: status.revision,
    users: status.users,
  });
  expect(cloud.users, when).toEqual(inForce);
  expect(status.last?.run, when).toBe(cloud.runs.at(-1)?.trailer.run);
}

it('each single write of first, changed, Held, confirmed and full runs leaves both sides in agreement', async () => {
  await using folder = await temporaryFolder('writes');
  const pbx = new ScriptedPbx();
  const { engine, store } = await engineIn(join(folder.path, 'live'), 1, pbx);
  let copies = 0;
  const copy = async () => {
    copies += 1;
    await cp(join(folder.path, 'live'), join(folder.path, `copy-${copies}`), { recursive: true });
  };
  // A copy of the files is what a kill would leave. What is written without sync in between is in the next copy.
  const batch = store.batch.bind(store);
  store.batch = async (operations) => {
    await copy();
    await batch(operations);
    await copy();
  };
  const run = (request: Partial<SyncRequest> = {}) =>
    engine.run(PBX, { trigger: 'schedule', ...request }, new AbortController().signal);
  pbx.people = people(700);
  await run();
  pbx.people = people(690).map((user, index) => (index % 2 ? user : { ...user, department: 'Moved' }));
  await run();
  pbx.people = people(300);
  const held = await run();
  await run({ decision: { run: held.run, action: 'remove' } });
  await run({ full: true });
  await copy();
  await store.close();

  const revisions = new Set<number>();
  for (let number = 1; number <= copies; number += 1) {
    const opened = await engineIn(join(folder.path, `copy-${number}`), 2, pbx);
    const cloud = new CloudReader();
    await drain(opened.outbox, cloud);
    await expectAgreement(`copy ${number}`, { ...opened, cloud });
    revisions.add(cloud.revision);
    await opened.store.close();
  }
  expect([...revisions]).toEqual([0, 1, 2, 3, 4]);
}, 120_000);

it('a kill -9 at any instant of a run leaves the old users without a trailer, or the new ones with it', async () => {
  await using folder = await temporaryFolder('killed');
  const cloud = new CloudReader();
  let interrupted = 0;
  let runMs = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await using child = startProgram(process.execPath, [CHILD, folder.path, String(round * 2)]);
    await until('the child syncs', 20_000, () => child.output().includes('ready'));
    if (round === 1) {
      const started = performance.now();
      await until('a run has ended', 20_000, () => child.output().includes('synced'));
      runMs = performance.now() - started;
    }
    // Anywhere in the first three runs, however fast this machine is just now.
    await sleep(Math.random() * 3 * runMs);
    await child.stop('SIGKILL');

    const { engine, store, outbox } = await engineIn(folder.path, round * 2 + 1, new ScriptedPbx(), async (opened) => {
      const state = await opened.table('sync-state', SyncState).get(PBX);
      for await (const key of opened.table('sync-people', z.unknown()).keys()) {
        if (key.startsWith(`${PBX}/${state?.generation ?? 0}/`)) continue;
        interrupted += 1;
        break;
      }
    });
    // The reader fails by itself on a trailer whose chunks are missing and on a delta that does not fit.
    await drain(outbox, cloud);
    await expectAgreement(`round ${round}`, { engine, store, cloud });
    await store.close();
  }
  expect(cloud.revision).toBeGreaterThan(1);
  // Most kills fall into a run; without any this would have shown nothing.
  expect(interrupted).toBeGreaterThan(2);
}, 120_000);
