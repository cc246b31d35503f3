/** Logs and support bundles from far away, through the real processes: whole, without secrets, whatever dies on the way. */
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Command, Page } from '#contract/api.ts';
import type { Upload } from '#contract/uploads.ts';
import { FaultProxy } from '#test/faults/fault-proxy.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { manifestOf, unpack } from '#test/support/unpack.ts';
import { runCli } from '../../bin/cli/main.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Large enough that something can happen in its middle, and not to be packed any smaller. */
const LOG_BYTES = 16_000_000;

let site: Site;
let proxy: FaultProxy;

beforeAll(async () => {
  site = await startSite({ users: 20 });
  proxy = await FaultProxy.start(site.connector.port);
  await site.enrol(proxy.url);
  await site.addDirectory();
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});

async function uploadOf(command: string): Promise<Upload> {
  const page = await site.api.get<Page<Upload>>(
    `/api/v1/uploads?account=${site.account.id}&filter=gateway:eq:${site.gateway}&filter=command:eq:${command}`,
  );
  expect(page.total).toBe(1);
  const [upload] = page.items;
  if (upload === undefined) throw new Error('no upload');
  return upload;
}

async function download(upload: Upload): Promise<Buffer> {
  const answer = await site.api.send('GET', `/api/v1/uploads/${upload.id}/file`);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-disposition']).toBe(`attachment; filename="${upload.fileName}"`);
  const bytes = answer.body as Buffer;
  expect(sha256(bytes)).toBe(upload.sha256);
  return bytes;
}

const issue = (args: unknown): Promise<Command> =>
  site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, { name: 'gateway.collect-logs', args });

describe('a support bundle', () => {
  test('holds every part with its checksum and not one secret of the gateway', async () => {
    const token = randomBytes(32).toString('base64url');
    await appendFile(
      join(site.daemon.state, 'logs', 'daemon.1.log'),
      `${JSON.stringify({ level: 'info', time: new Date().toISOString(), msg: `tried with ${token}`, password: 'pw-in-a-field' })}\n`,
    );
    const command = await site.command('gateway.collect-logs', { type: 'bundle' });
    expect(command).toMatchObject({ state: 'succeeded' });
    const upload = await uploadOf(command.id);
    expect(command.output).toMatchObject({ fileName: upload.fileName, bytes: upload.bytes, sha256: upload.sha256 });
    const files = await unpack(await download(upload));

    const { collectors, entries } = manifestOf(files);
    for (const { path, bytes, sha256: digest } of entries.filter(({ path }) => path !== 'manifest.json')) {
      const file = files.get(path);
      expect(file?.length, path).toBe(bytes);
      expect(sha256(file ?? Buffer.alloc(0)), path).toBe(digest);
    }
    const states = Object.fromEntries(collectors.map(({ id, status }) => [id, status]));
    expect(states).toMatchObject({
      identity: 'ok',
      configuration: 'ok',
      queue: 'ok',
      'pbx-probes': 'ok',
      'self-test': 'ok',
      network: 'ok',
      disk: 'ok',
      process: 'ok',
      'daemon-log': 'ok',
    });
    expect(files.get('logs/daemon.log')?.toString()).toContain('command accepted');

    const state = site.daemon.state;
    const keys = (await readdir(state)).filter((name) => /^key-.*\.pem$|^local.*key.*\.pem$/.test(name));
    expect(keys.length).toBeGreaterThan(0);
    const pems = await Promise.all(keys.map((name) => readFile(join(state, name), 'utf8')));
    const secrets = [
      site.lab.mivoice5000.password,
      token,
      'pw-in-a-field',
      (await readFile(join(state, 'device.key'), 'utf8')).trim(),
      (await readFile(join(state, 'admin-token'), 'utf8')).trim(),
      ...pems.flatMap((pem) => pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'))),
    ];
    const everything = Buffer.concat([...files.values()]).toString('utf8');
    for (const secret of secrets) expect(everything.includes(secret), `a secret of ${secret.length}`).toBe(false);
    const redaction = JSON.parse(files.get('redaction.json')?.toString() ?? '{}') as { files: Record<string, object> };
    expect(redaction.files['logs/daemon.log']).toMatchObject({ token: 1 });
    expect(await site.events('upload.received')).toBe(1);
    expect(await site.events('upload.downloaded')).toBe(1);
  });

  test('is deleted by a person, with an event', async () => {
    const [upload] = (await site.api.get<Page<Upload>>(`/api/v1/uploads?account=${site.account.id}`)).items;
    if (upload === undefined) throw new Error('no upload');
    expect((await site.api.send('DELETE', `/api/v1/uploads/${upload.id}`)).status).toBe(204);
    expect((await site.api.send('GET', `/api/v1/uploads/${upload.id}/file`)).status).toBe(404);
    expect(await readdir(join(site.folder, 'connector', 'uploads', site.account.id))).toEqual([]);
    expect(await site.events('upload.deleted')).toBe(1);
  });
});

test('the daemon’s log comes filtered by time, text and number of lines', async () => {
  const command = await site.command('gateway.collect-logs', { type: 'daemon', text: 'COMMAND accepted', lines: 2 });
  const files = await unpack(await download(await uploadOf(command.id)));
  const lines = files.get('logs/daemon.log')?.toString().trim().split('\n') ?? [];
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: 'command accepted' });
  expect(lines.at(-1)).toContain(command.id);
});

test('the command line on site gives the same bundle, and logs by time', async () => {
  const out = join(site.folder, 'on-site.tar.gz');
  const run = async (...args: string[]) => {
    let text = '';
    const write = (more: string) => {
      text += more;
    };
    const env = { DEMARC_DAEMON_STATE: site.daemon.state };
    const code = await runCli({ args, env, write, writeError: () => undefined, interactive: false });
    expect(code).toBe(0);
    return text;
  };
  const printed: unknown = JSON.parse(await run('bundle', '--out', out, '--json'));
  const bytes = await readFile(out);
  expect(printed).toMatchObject({ file: out, bytes: bytes.length, sha256: sha256(bytes) });
  expect(manifestOf(await unpack(bytes)).collectors.map(({ id }) => id)).toContain('self-test');
  expect(await readdir(join(site.daemon.state, 'bundles'))).toEqual([]);
  expect(await run('logs', '--to', '2000-01-01')).toBe('');
  expect(await run('logs', '--from', '2000-01-01', '--lines', '1')).not.toBe('');
});

describe('in the middle of an upload', () => {
  beforeAll(async () => {
    const line = () =>
      `${JSON.stringify({
        level: 'info',
        time: new Date().toISOString(),
        msg: randomBytes(700)
          .toString('latin1')
          .replaceAll(/[^!#-[\]-~]/g, ''),
      })}\n`;
    let text = '';
    while (text.length < LOG_BYTES) text += line();
    await writeFile(join(site.daemon.state, 'logs', 'daemon.0.log'), text);
  });

  /** Collects, lets the fault strike when a third has gone up, and gives what went up in all. */
  async function struck(fault: () => void | Promise<void>): Promise<{ upload: Upload; sent: number }> {
    const before = proxy.traffic.up;
    let done: Promise<void> | undefined;
    const reached = proxy.afterUp(6_000_000, () => {
      done = Promise.resolve(fault());
    });
    const { id } = await issue({ type: 'daemon' });
    await reached;
    await done;
    const command = await site.commandEnd(id);
    expect(command).toMatchObject({ state: 'succeeded' });
    const upload = await uploadOf(id);
    const files = await unpack(await download(upload));
    const log = files.get('logs/daemon.log') ?? Buffer.alloc(0);
    expect(sha256(log)).toBe(manifestOf(files).entries[0]?.sha256);
    return { upload, sent: proxy.traffic.up - before };
  }

  /** What was on its way when it was struck, and what everything else says to the cloud. */
  const FEW = 4_000_000;

  test('a killed daemon goes on where the cloud’s disk ends', async () => {
    const { upload, sent } = await struck(async () => {
      await site.daemon.stop('SIGKILL');
      await site.daemon.start();
    });
    expect(sent - upload.bytes).toBeLessThan(FEW);
    expect(await readdir(join(site.daemon.state, 'bundles'))).toEqual([]);
  });

  test('a killed connector is gone on with where its disk ends', async () => {
    const { upload, sent } = await struck(async () => {
      await site.connector.stop('SIGKILL');
      await site.connector.start();
    });
    expect(sent - upload.bytes).toBeLessThan(FEW);
  });

  test('a connection that is reset costs what was on its way', async () => {
    const { upload, sent } = await struck(() => proxy.reset());
    expect(sent - upload.bytes).toBeLessThan(FEW);
  });

  test('a daemon that is stopped in order leaves the command open and goes on', async () => {
    const { upload, sent } = await struck(async () => {
      await site.daemon.stop('SIGTERM');
      await site.daemon.start();
    });
    expect(sent - upload.bytes).toBeLessThan(FEW);
  });
});
