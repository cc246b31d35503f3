import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { DaemonConfig } from '#config/daemon-settings.ts';
import { type Collector, NotApplicable } from '#daemon/bundle/collector.ts';
import { journal } from '#daemon/bundle/collectors/journal.ts';
import { currentSecrets } from '#daemon/bundle/current-secrets.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { manifestOf, unpack } from '#test/support/unpack.ts';
import { bundleOf, sourcesIn } from './support.ts';

const record = (second: number, msg: string, more: object = {}) =>
  JSON.stringify({ level: 'info', time: `2026-11-22T10:00:${String(second).padStart(2, '0')}.000Z`, msg, ...more });

const filesOf = async (bundle: { file: string }) => unpack(await readFile(bundle.file));

async function* one(text: string) {
  yield text;
}

test('no secret of the gateway and none that is known by its form is in any byte of a bundle', async () => {
  await using folder = await temporaryFolder('seeded');
  const state = folder.path;
  const box = await SecretBox.load(state);
  const key = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  const planted = {
    pbx: 'Tr0ub4dor & 3',
    proxy: 'proxy?p@ss',
    community: 'backstage-community',
    poll: 'pollsecretpollsecret42',
    provisioning: 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY1zA2bC3dE4f',
    header: 'QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
    admin: 'Zz9yX8wV7uT6sR5qP4oN3mL2kJ1iH0gF9eD8cB7aZ6y',
    url: 'in-an-address',
  };
  await writeFile(join(state, 'admin-token'), `${planted.admin}\n`);
  await writeFile(join(state, 'key-0011223344556677.pem'), key);
  await writeFile(
    join(state, 'enrolment.json'),
    JSON.stringify({ pollSecret: box.seal(planted.poll), offer: { code: 'ACDEFGHJ' } }),
  );
  const config = DaemonConfig.parse({
    version: 1,
    cloud: {
      url: 'https://cloud.example',
      proxy: { url: 'http://proxy.example:3128', user: 'u', password: box.seal(planted.proxy) },
    },
    pbxs: [
      {
        id: '01JD3Z0000000000000000000P',
        type: 'mivoice-business',
        name: 'Plant',
        connection: { host: 'pbx.example' },
        secrets: { password: box.seal(planted.pbx), snmpCommunity: box.seal(planted.community) },
      },
    ],
  });
  const lines = [
    record(1, `log-in with ${planted.pbx} refused`),
    record(2, 'request', { headers: { authorization: `Basic ${planted.header}` } }),
    `GET / HTTP/1.1 Authorization: Basic ${planted.header}`,
    record(
      3,
      `proxy http://u:${encodeURIComponent(planted.proxy)}@proxy.example and http://x:${planted.url}@y.example`,
    ),
    record(4, `walk with ${planted.community}`),
    record(5, `enrolled with ${planted.provisioning}, polled with ${planted.poll}, shown ACDE-FGHJ and ACDEFGHJ`),
    record(6, 'a key', { pem: key }),
    ...key.split('\n'),
    // Across the border of what is read at once.
    `${'x'.repeat(64 * 1024 - 5)}${planted.pbx}`,
    record(7, 'the end'),
  ];
  const log = pino({ level: 'silent' });
  const sources = await sourcesIn(state, lines, {
    config: () => config,
    identity: () => ({ gateway: 'g', token: planted.admin }),
    secrets: () => currentSecrets({ stateFolder: state, documents: [config], open: (sealed) => box.open(sealed), log }),
  });
  const files = await filesOf(await bundleOf({ sources }));
  expect(files.get('logs/daemon.log')?.toString()).toContain('the end');
  const everything = Buffer.concat([...files.values()]).toString();
  const bodies = key.split('\n').filter((line) => line !== '' && !line.startsWith('-'));
  for (const secret of [
    ...Object.values(planted),
    ...bodies,
    'ACDEFGHJ',
    'ACDE-FGHJ',
    encodeURIComponent(planted.proxy),
  ]) {
    expect(everything.includes(secret), secret).toBe(false);
  }
  const redaction = JSON.parse(files.get('redaction.json')?.toString() ?? '') as { files: Record<string, object> };
  expect(redaction.files['logs/daemon.log']).toMatchObject({ 'known value': expect.any(Number), 'private key': 2 });
  expect(redaction.files['configuration.json']).toBeDefined();
});

describe('a collector', () => {
  const good: Collector = {
    id: 'good',
    limitMs: 5000,
    collect: ({ out }) => out.document('good.json', { fine: true }),
  };

  test('that fails, hangs, floods late or has nothing to say does not keep the others from the bundle', async () => {
    await using folder = await temporaryFolder('collectors');
    const sources = await sourcesIn(folder.path, []);
    const collectors: Collector[] = [
      { id: 'bad', limitMs: 5000, collect: () => Promise.reject(new Error('no such thing')) },
      { id: 'deaf', limitMs: 50, collect: () => new Promise(() => undefined) },
      {
        id: 'stuck',
        limitMs: 50,
        collect: ({ out }) =>
          out.text('stuck.txt', async function* () {
            yield 'the beginning\n';
            await new Promise(() => undefined);
          }),
      },
      { id: 'elsewhere', limitMs: 5000, collect: () => Promise.reject(new NotApplicable('not on this machine')) },
      good,
    ];
    const bundle = await bundleOf({ sources, collectors });
    const files = await filesOf(bundle);
    const manifest = manifestOf(files);
    expect(Object.fromEntries(manifest.collectors.map(({ id, status }) => [id, status]))).toEqual({
      bad: 'failed',
      deaf: 'timed out',
      stuck: 'timed out',
      elsewhere: 'not applicable',
      good: 'ok',
    });
    expect(files.get('stuck.txt')?.toString()).toBe('the beginning\n');
    expect(JSON.parse(files.get('good.json')?.toString() ?? '')).toEqual({ fine: true });
    expect(bundle.missing).toHaveLength(5);
    for (const { path, sha256 } of manifest.entries) {
      const content = files.get(path) ?? Buffer.alloc(0);
      if (path !== 'manifest.json') expect(createHash('sha256').update(content).digest('hex'), path).toBe(sha256);
    }
    expect(await readdir(join(folder.path, 'bundles'))).toEqual(['test.tar.gz']);
  });

  test('that would fill the archive is cut, and the manifest says so', async () => {
    await using folder = await temporaryFolder('full');
    const sources = await sourcesIn(folder.path, []);
    const flood: Collector = {
      id: 'flood',
      limitMs: 5000,
      collect: ({ out }) =>
        out.text('flood.txt', async function* () {
          for (;;) yield `${'z'.repeat(999)}\n`;
        }),
    };
    const bundle = await bundleOf({ sources, collectors: [good, flood], unpackedBytes: 100_000 });
    const files = await filesOf(bundle);
    expect(files.get('flood.txt')?.length).toBe(99_000);
    expect(manifestOf(files).entries.find(({ path }) => path === 'flood.txt')?.cut).toBe('the archive is full');
    expect(bundle.missing).toEqual(['flood.txt ends early: the archive is full']);
  });

  test('is not even begun when the disk has too little room', async () => {
    await using folder = await temporaryFolder('no-room');
    const sources = await sourcesIn(folder.path, []);
    const bundle = bundleOf({ sources, collectors: [good], reserveBytes: Number.MAX_SAFE_INTEGER });
    await expect(bundle).rejects.toMatchObject({ code: 'bundle.no-room' });
  });

  test('is left when nobody wants the bundle any more, and nothing stays on the disk', async () => {
    await using folder = await temporaryFolder('canceled');
    const sources = await sourcesIn(folder.path, []);
    const stop = new AbortController();
    const waits: Collector = {
      id: 'waits',
      limitMs: 60_000,
      collect: async () => {
        stop.abort(new Error('canceled'));
        await new Promise(() => undefined);
      },
    };
    await expect(bundleOf({ sources, collectors: [good, waits], signal: stop.signal })).rejects.toThrow('canceled');
    expect(await readdir(join(folder.path, 'bundles'))).toEqual([]);
  });
});

describe('the log', () => {
  const lines = [
    record(1, 'one'),
    record(2, 'two, refused'),
    record(3, 'three', { password: 'hunter2' }),
    record(4, 'four, Refused'),
    record(5, 'five'),
  ];
  test.each([
    [{}, ['one', 'two, refused', 'three', 'four, Refused', 'five']],
    [{ lines: 2 }, ['four, Refused', 'five']],
    [{ text: 'refused' }, ['two, refused', 'four, Refused']],
    [{ text: 'refused', lines: 1 }, ['four, Refused']],
    [{ from: '2026-11-22T10:00:02.000Z', to: '2026-11-22T10:00:04.000Z' }, ['two, refused', 'three', 'four, Refused']],
    [{ from: '2026-11-22T10:00:04.000Z', lines: 9 }, ['four, Refused', 'five']],
    // Otherwise one could find out a secret by asking for its letters.
    [{ text: 'hunter2' }, []],
  ])('is filtered by %o', async (request, expected) => {
    await using folder = await temporaryFolder('log');
    const sources = await sourcesIn(folder.path, lines);
    const files = await filesOf(await bundleOf({ sources, request: { type: 'daemon', ...request } }));
    const shown = (files.get('logs/daemon.log')?.toString() ?? '').split('\n').filter((line) => line !== '');
    expect(shown.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(expected);
  });
});

describe('the journal', () => {
  /** A stand-in that tells its arguments: there is no journal of our units where tests run. */
  async function collected(folder: string, script: string, request: object) {
    const program = join(folder, 'journalctl');
    await writeFile(program, `#!/bin/sh\n${script}\n`);
    await chmod(program, 0o755);
    const sources = await sourcesIn(folder, []);
    return bundleOf({ sources, request: { type: 'journal', ...request }, collectors: [journal(program)] });
  }

  test('is asked by arguments, whatever the text holds', async () => {
    await using folder = await temporaryFolder('journal');
    const request = { from: '2026-11-22T10:00:00.000Z', lines: 5, text: '$(reboot)' };
    const files = await filesOf(await collected(folder.path, 'for a in "$@"; do echo "$a \\$(reboot)"; done', request));
    const shown = files.get('logs/journal.log')?.toString() ?? '';
    expect(shown).toContain('--lines=5 ');
    expect(shown).toContain('--unit=demarc* ');
    expect(shown).toContain('--since=@1795341600.000 ');
    expect(shown).toContain('--grep=\\$\\(reboot\\) ');
  });

  test('that is not there is told plainly when it was asked for alone', async () => {
    await using folder = await temporaryFolder('no-journal');
    const sources = await sourcesIn(folder.path, []);
    const collectors = [journal(join(folder.path, 'no-journalctl'))];
    const alone = bundleOf({ sources, request: { type: 'journal' }, collectors });
    await expect(alone).rejects.toMatchObject({ code: 'bundle.no-journal' });
    const manifest = manifestOf(await filesOf(await bundleOf({ sources, collectors })));
    expect(manifest.collectors[0]?.status).toBe('not applicable');
  });

  test('that fails says why', async () => {
    await using folder = await temporaryFolder('bad-journal');
    const bundle = await collected(folder.path, 'echo "not allowed" >&2; exit 3', {});
    expect(bundle.missing[0]).toContain('not allowed');
  });
});

test('an empty text leaves an empty file, not none', async () => {
  await using folder = await temporaryFolder('empty');
  const sources = await sourcesIn(folder.path, []);
  const empty: Collector = { id: 'e', limitMs: 1000, collect: ({ out }) => out.text('empty.txt', () => one('')) };
  const files = await filesOf(await bundleOf({ sources, collectors: [empty] }));
  expect(files.get('empty.txt')).toEqual(Buffer.alloc(0));
});
