/** Reboot, restart, cancel and bulk with the real processes: whatever dies in between, the end is final and true. */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BulkCommandAnswer, Command } from '#contract/api.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { DaemonProcess, enrol, localRequest } from '#test/support/stack.ts';

const OLD_NODE = '/usr/bin/node';

let site: Site;
let folder: AsyncDisposable & { path: string };
const bootIdFile = () => join(folder.path, 'boot_id');

beforeAll(async () => {
  folder = await temporaryFolder('power');
  await writeFile(bootIdFile(), 'boot-1\n');
  site = await startSite({
    users: 5,
    daemonEnv: {
      DEMARC_BOOT_ID_FILE: bootIdFile(),
      // Notes that the machine was told; the test itself is the machine that goes down.
      DEMARC_REBOOT_PROGRAM: JSON.stringify(['sh', '-c', `echo told >> ${join(folder.path, 'told')}`]),
    },
  });
  await site.enrol();
  await site.online();
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const issue = (name: string, more: object = {}) =>
  site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, { name, ...more });
const command = (id: string) => site.api.get<Command>(`/api/v1/commands/${id}`);
const told = () =>
  readFile(join(folder.path, 'told'), 'utf8').then(
    (text) => text.trim().split('\n').length,
    () => 0,
  );

test('a restart keeps the process id, and is proven by the count of starts', async () => {
  const { pid } = site.daemon;
  const { id } = await issue('gateway.restart');
  const ended = await site.commandEnd(id);
  expect(ended).toMatchObject({ state: 'succeeded', reason: null });
  const { before, after } = ended.output as { before: number; after: number };
  expect(after).toBe(before + 1);
  expect(site.daemon.pid).toBe(pid);
  expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toMatch(/--max-semi-space-size=\d/);
  await site.online();
});

test('a reboot is proven by the kernel’s new boot id, and the machine is told once', async () => {
  const { id } = await issue('gateway.reboot');
  await until('the machine was told', 20_000, async () => (await told()) === 1);
  await site.daemon.stop('SIGKILL');
  await writeFile(bootIdFile(), 'boot-2\n');
  await site.daemon.start();
  expect(await site.commandEnd(id)).toMatchObject({
    state: 'succeeded',
    output: { before: 'boot-1', after: 'boot-2' },
  });
  expect(await told()).toBe(1);
});

test('a mere restart of the process is a failed reboot, and says what to do; the connector may die meanwhile', async () => {
  const { id } = await issue('gateway.reboot');
  await until('the machine was told', 20_000, async () => (await told()) === 2);
  await site.daemon.stop('SIGKILL');
  await site.connector.stop('SIGKILL');
  await site.daemon.start();
  await site.connector.start();
  const ended = await site.commandEnd(id);
  expect(ended).toMatchObject({ state: 'failed', reason: { code: 'command.not-rebooted' } });
  expect(ended.reason?.nextStep).toContain('DEMARC_REBOOT_PROGRAM');
  expect(await told()).toBe(2);
  await site.online();
});

test('for a gateway that is offline a command waits, one ends at once when it is canceled, the other runs at the birth', async () => {
  await site.daemon.stop();
  await until('offline', 20_000, async () => (await site.presence()).presence === 'Offline');
  const bulk = (gateways: string[]) =>
    site.api.post<BulkCommandAnswer>('/api/v1/commands', {
      name: 'gateway.self-test',
      gateways,
      deadlineSeconds: 86_400,
    });
  const [first, second] = [await bulk([site.gateway]), await bulk([site.gateway, site.account.id])];
  const [one, other] = [first.results[0]?.command, second.results[0]?.command];
  expect([one?.state, other?.state, second.results[1]?.refusal?.code]).toEqual(['queued', 'queued', 'api.not-found']);
  const canceled = await site.api.post<Command>(`/api/v1/commands/${one?.id}/cancel`, {});
  expect(canceled).toMatchObject({ state: 'canceled', cancelRequestedBy: 'Demo Admin' });
  await site.daemon.start();
  expect((await site.commandEnd(other?.id ?? '')).state).toBe('succeeded');
  expect((await command(one?.id ?? '')).state).toBe('canceled');
});

test('a command that runs is ended by its gateway when it is canceled', async () => {
  // A PBX that takes the connection and says nothing keeps the test of it busy.
  await using silent = await silentServer();
  const { port } = silent;
  const connection = { host: '127.0.0.1', port, tls: 'none', baseDn: 'dc=x', bindDn: 'cn=x', password: 'x' };
  const added = await site.daemon.call<{ id: string }>('POST', '/api/pbxs', {
    type: 'mivoice-5000',
    name: 'Silent',
    connection,
  });
  const { id } = await issue('pbx.test', { args: { pbx: added.id } });
  await until('it runs', 20_000, async () => (await command(id)).state === 'running');
  expect(await site.api.post<Command>(`/api/v1/commands/${id}/cancel`, {})).toMatchObject({ state: 'running' });
  expect((await site.commandEnd(id)).state).toBe('canceled');
  expect(await site.events('command.cancel-requested')).toBe(1);
});

test('under an older Node, whose launcher waits for the daemon, a restart leaves the lifeline whole', async (context) => {
  const major = Number(
    /^v(\d+)/.exec(spawnSync(OLD_NODE, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 99,
  );
  if (major > 21) context.skip();
  const port = await freePort();
  await using daemon = new DaemonProcess({
    state: join(folder.path, 'old-node'),
    port,
    elsewhere: (_command, args) => [OLD_NODE, [...args]],
  });
  await daemon.start();
  const gateway = await enrol(daemon, site.connector, site.api, site.account.id);
  const { results } = await site.api.post<BulkCommandAnswer>('/api/v1/commands', {
    name: 'gateway.restart',
    gateways: [gateway, site.gateway],
  });
  for (const { command: issued } of results) {
    expect(await site.commandEnd(issued?.id ?? '')).toMatchObject({ state: 'succeeded' });
  }
  await daemon.stop('SIGKILL');
  await until('the daemon has gone with its launcher', 20_000, () =>
    localRequest(`https://127.0.0.1:${port}/healthz`).then(
      () => false,
      () => true,
    ),
  );
});

async function silentServer(): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((socket) => void socket.on('error', () => undefined));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() };
}
