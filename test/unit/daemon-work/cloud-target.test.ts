import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CloudConfig } from '#config/daemon-settings.ts';
import { checkedCloud, cloudConfig, cloudTarget } from '#daemon/cloud-target.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { TestCloud } from '../daemon-spine/support/cloud.ts';
import { TestCa } from '../daemon-spine/support/pki.ts';

const PASSWORD = 'pa:ss wörd/@';
const url = 'https://cloud.example';

async function bench() {
  const folder = await temporaryFolder('cloud-target');
  const secrets = await SecretBox.load(folder.path);
  return { folder: folder.path, secrets, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test('a proxy’s password is sealed in the configuration and open for the link alone', async () => {
  await using b = await bench();
  const proxy = { url: 'http://proxy.example:3128', user: 'demarc', password: PASSWORD };
  const config = CloudConfig.parse(await cloudConfig({ url, proxy }, b.folder, b.secrets));
  expect(JSON.stringify(config)).not.toContain(PASSWORD);
  expect(cloudTarget(config, b.secrets)).toEqual({ url, proxy });
});

test('a CA given as text becomes a file that the configuration names; one given as a file is named by its whole path', async () => {
  await using b = await bench();
  const ca = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
  const { caFile = '' } = await cloudConfig({ url, ca }, b.folder, b.secrets);
  expect(await readFile(caFile, 'utf8')).toBe(ca);
  expect((await stat(caFile)).mode & 0o777).toBe(0o644);
  expect((await cloudConfig({ url, caFile: 'ca.pem' }, b.folder, b.secrets)).caFile).toBe(
    join(process.cwd(), 'ca.pem'),
  );
});

test('without a cloud there is nothing to reach and nothing to check', async () => {
  await using b = await bench();
  expect([cloudTarget(undefined, b.secrets), checkedCloud(undefined)]).toEqual([undefined, undefined]);
});

test('a password that another device sealed is said to be unreadable', async () => {
  await using b = await bench();
  await using other = await bench();
  const password = other.secrets.seal(PASSWORD);
  const config = { url, proxy: { url: 'http://proxy.example', password } };
  expect(() => cloudTarget(config, b.secrets)).toThrow(expect.objectContaining({ code: 'secret.unreadable' }));
});

describe('the self-test', () => {
  let ca: TestCa;
  beforeAll(async () => {
    ca = await TestCa.make();
  });

  test('is given the proxy with its log-in, written as an address needs it', () => {
    const found = checkedCloud({ url, proxy: { url: 'http://proxy.example:3128', user: 'a b', password: PASSWORD } });
    const { username = '', password = '' } = found?.proxy ?? {};
    expect([username, password].map(decodeURIComponent)).toEqual(['a b', PASSWORD]);
    expect(checkedCloud({ url })?.proxy).toBeUndefined();
  });

  test('trusts exactly whom the link trusts: the CA file, or the pinned certificate', async () => {
    await using b = await bench();
    await using cloud = await TestCloud.start(ca);
    const caFile = join(b.folder, 'ca.pem');
    await writeFile(caFile, ca.pem);
    const signal = AbortSignal.timeout(10_000);
    const byFile = await checkedCloud({ url: cloud.url, caFile })?.trust?.(signal);
    expect(byFile).toEqual({ ca: ca.pem });
    expect(await checkedCloud({ url: cloud.url })?.trust?.(signal)).toEqual({});
    const wrong = checkedCloud({ url: cloud.url, fingerprint: 'AB'.repeat(32) });
    await expect(wrong?.trust?.(signal)).rejects.toMatchObject({ code: 'link.tls' });
  });
});
