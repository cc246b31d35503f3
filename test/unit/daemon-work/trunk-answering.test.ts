/** What a trunk needs on site: passwords and certificates that are kept and never shown, and the answers to its PBX. */
import { readFile } from 'node:fs/promises';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { TrunkSettings } from '#contract/trunks.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import type { WantedTrunk } from '#daemon/trunks/wanted-trunks.ts';
import { TrunkAnswering } from '#daemon/verify/answering.ts';
import { trunkRoutes } from '#daemon/verify/routes.ts';
import { TrunkAccesses } from '#daemon/verify/trunk-access.ts';
import { probeOptions } from '#sip-trunks/client/options-probe.ts';
import type { Transport } from '#sip-trunks/client/transport.ts';
import { makeCertificates, type TestCertificates } from '#test/support/certificates.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { newToken } from '#test/support/trunk-proof.ts';
import { quiet, storeBench } from './support.ts';

const TRUNK: WantedTrunk = {
  id: ulid(),
  settings: TrunkSettings.parse({
    name: 'Cloud Vienna',
    pbx: ulid(),
    host: '192.0.2.5',
    port: 5061,
    farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
  }),
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let made: TestCertificates;
let own: { certificate: string; key: string };

beforeAll(async () => {
  folder = await temporaryFolder('trunk-access');
  made = await makeCertificates(folder.path);
  own = { certificate: await readFile(made.certPath, 'utf8'), key: await readFile(made.keyPath, 'utf8') };
});
afterAll(() => folder[Symbol.asyncDispose]());

async function bench() {
  const base = await storeBench('trunk-access');
  const accesses = new TrunkAccesses(base.store, await SecretBox.load(base.folder));
  const wanted: WantedTrunk[] = [];
  const listeners: (() => void)[] = [];
  const trunks = {
    list: () => wanted,
    get: (id: string) => wanted.find((trunk) => trunk.id === id),
    onChange: (listener: () => void) => void listeners.push(listener),
  };
  const call = (method: string, body?: unknown, id = TRUNK.id) => {
    const route = trunkRoutes({ trunks, accesses }).find((one) => one.method === method);
    return route?.run({ params: { id }, query: {}, body, signal: AbortSignal.timeout(5000) } as never);
  };
  const add = (trunk: WantedTrunk) => {
    wanted.push(trunk);
    for (const listener of listeners) listener();
  };
  return { ...base, accesses, trunks, add, call };
}

describe('what is entered on site', () => {
  test('is kept sealed and shown only as being there; what is left out stays, null takes it away', async () => {
    await using site = await bench();
    site.add(TRUNK);
    const { id } = TRUNK;
    const nothing = { hasPassword: false, hasCa: false, hasCertificate: false };
    expect(await site.call('GET')).toEqual({ trunks: [{ id, name: 'Cloud Vienna', access: nothing }] });
    await site.call('PUT', { password: 'trunk-pass', ca: made.caPem, ...own });
    expect(await site.call('PUT', { ca: null })).toEqual({ hasPassword: true, hasCa: false, hasCertificate: true });
    expect(JSON.stringify(await site.call('GET'))).not.toMatch(/trunk-pass|BEGIN/);
    expect(await site.accesses.open(id)).toEqual({ password: 'trunk-pass', trust: own });
    const stored: string[] = [];
    for await (const entry of site.store.table('trunk-access', z.unknown()).entries())
      stored.push(JSON.stringify(entry));
    expect(stored.join()).toContain('BEGIN CERTIFICATE');
    expect(stored.join()).not.toMatch(/trunk-pass|PRIVATE KEY/);
  });

  test('is refused when it does not belong together, cannot be read, or is for nobody', async () => {
    await using site = await bench();
    site.add(TRUNK);
    const other = await makeCertificates(folder.path);
    const key = await readFile(other.keyPath, 'utf8');
    for (const change of [
      { certificate: own.certificate },
      { ...own, key },
      { ca: 'no PEM' },
      { ...own, key: 'none' },
    ]) {
      await expect(site.call('PUT', change)).rejects.toMatchObject({ code: 'config.invalid' });
    }
    await expect(site.call('PUT', { pasword: 'x' })).rejects.toMatchObject({ name: 'ZodError' });
    await expect(site.call('PUT', { password: 'x' }, ulid())).rejects.toMatchObject({ code: 'trunk.unknown' });
    expect(await site.accesses.open(TRUNK.id)).toEqual({ trust: {} });
  });
});

describe('the OPTIONS of a PBX', () => {
  const asked = async (port: number, transport: Transport, address = '127.0.0.1') => {
    const options = { limitMs: 1500, signal: AbortSignal.timeout(5000), newToken };
    const answer = await probeOptions({ target: { transport, address, port }, ...options });
    return answer.answered ? answer.status : answer.failure;
  };

  test('are answered from the first trunk on over UDP, TCP and IPv6, over TLS with a certificate, and no more at the end', async () => {
    await using site = await bench();
    const port = await freePort();
    const answering = new TrunkAnswering({ trunks: site.trunks, accesses: site.accesses, port, log: quiet });
    expect(await asked(port, 'tcp')).toBe('refused');
    site.add(TRUNK);
    await until('it listens', 5000, async () => (await asked(port, 'tcp')) === 200);
    expect(await asked(port, 'udp')).toBe(200);
    for (const transport of ['udp', 'tcp'] as const) expect(await asked(port, transport, '::1')).toBe(200);
    expect(await asked(port + 1, 'tls')).toBe('refused');
    await site.accesses.change(TRUNK.id, own);
    await until('it speaks TLS', 5000, async () => (await asked(port + 1, 'tls')) === 200);
    expect(await asked(port + 1, 'tls', '::1')).toBe(200);
    await site.accesses.change(TRUNK.id, { certificate: null, key: null });
    await until('it speaks no TLS', 5000, async () => (await asked(port + 1, 'tls')) === 'refused');
    expect(await asked(port, 'udp')).toBe(200);
    await answering.stop();
    expect(await asked(port, 'tcp')).toBe('refused');
  }, 30_000);
});
