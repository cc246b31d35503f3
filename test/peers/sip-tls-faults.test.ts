/** Every way in which TLS with a peer fails, made by openssl and Kamailio, and what an administrator is told. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TlsTrust } from '#sip-trunks/client/transport.ts';
import { askOptions } from '#sip-trunks/supervise/ask-options.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import { hasKamailio, startKamailio } from '#test/support/kamailio.ts';
import { freePort, hasProgram, portOpen, startProgram, temporaryFolder } from '#test/support/program.ts';
import { TestAuthority } from '#test/support/tls-peers.ts';
import { brief, called, newToken, verified } from '#test/support/trunk-proof.ts';

type Made = Awaited<ReturnType<typeof make>>;

async function make(folder: string) {
  const authority = new TestAuthority(folder);
  const ca = await authority.issue({ isCa: true });
  const other = await authority.issue({ isCa: true });
  const middle = await authority.issue({ isCa: true, by: ca });
  const leaf = await authority.issue({ by: middle });
  const chain = join(folder, 'chain.pem');
  const text = async (path: string) => readFile(path, 'utf8');
  const withCa = join(folder, 'with-ca.pem');
  const good = await authority.issue({ by: ca });
  await writeFile(chain, (await text(leaf.certificate)) + (await text(middle.certificate)));
  await writeFile(withCa, (await text(good.certificate)) + (await text(ca.certificate)));
  const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);
  const client = await authority.issue({ by: ca, usage: 'clientAuth' });
  const serverOnly = await authority.issue({ by: ca, usage: 'serverAuth' });
  return {
    ca: await text(ca.certificate),
    caFile: ca.certificate,
    otherCa: await text(other.certificate),
    otherCaFile: other.certificate,
    good,
    withCa: { certificate: withCa, key: good.key },
    leaf,
    chain: { certificate: chain, key: leaf.key },
    selfSigned: await authority.issue(),
    expired: await authority.issue({ by: ca, to: '20200201000000Z' }),
    early: await authority.issue({ by: ca, from: '20480101000000Z' }),
    soon: await authority.issue({ by: ca, to: `${soon}Z` }),
    otherName: await authority.issue({ by: ca, name: 'DNS:other.example' }),
    client: { certificate: await text(client.certificate), key: await text(client.key) },
    serverOnly: { certificate: await text(serverOnly.certificate), key: await text(serverOnly.key) },
  };
}

/** `openssl s_server`, which takes the handshake and never speaks SIP. */
async function openssl({ certificate, key }: { certificate: string; key: string }, ...more: string[]) {
  const port = await freePort();
  // Read from a pipe that stays open: it ends when its input does.
  const args = [
    's_server',
    '-accept',
    `127.0.0.1:${port}`,
    '-cert',
    certificate,
    '-cert_chain',
    certificate,
    '-key',
    key,
    '-quiet',
    ...more,
  ];
  const program = startProgram('sh', ['-c', 'tail -f /dev/null | exec openssl "$@"', 'sh', ...args]);
  await portOpen(port);
  return { port, [Symbol.asyncDispose]: () => program.stop('SIGKILL') };
}

describe.skipIf(!hasProgram('openssl') || !hasKamailio())('TLS with the far end', () => {
  let made: Made;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder('tls-faults');
    made = await make(folder.path);
  }, 60_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  const tlsStep = async (port: number, trust: TlsTrust, host = '127.0.0.1') => {
    const steps = await called({ port, transport: 'tls', host, trust });
    return steps.get('far-end.tls');
  };

  test.each<[string, keyof Made, (made: Made) => TlsTrust, string, RegExp]>([
    [
      'a private authority that is not trusted',
      'withCa',
      (m) => ({ ca: m.otherCa }),
      'trunk.ca-unknown',
      /issued by test/,
    ],
    [
      'a certificate that signed itself',
      'selfSigned',
      (m) => ({ ca: m.ca }),
      'trunk.certificate-self-signed',
      /DEPTH_ZERO/,
    ],
    ['an intermediate that is not sent', 'leaf', (m) => ({ ca: m.ca }), 'trunk.intermediate-missing', /issued by test/],
    ['an expired certificate', 'expired', (m) => ({ ca: m.ca }), 'trunk.certificate-expired', /until Feb +1 .*2020/],
    [
      'a certificate of the future',
      'early',
      (m) => ({ ca: m.ca }),
      'trunk.certificate-not-yet-valid',
      /from Jan +1 .*2048/,
    ],
    [
      'a certificate for another name',
      'otherName',
      (m) => ({ ca: m.ca }),
      'trunk.certificate-name',
      /for other\.example, the trunk is set to 127\.0\.0\.1/,
    ],
  ])(
    '%s',
    async (_, which, trust, code, detail) => {
      const files = made[which];
      if (typeof files === 'string' || !files.certificate.startsWith('/')) throw new Error('no files');
      await using peer = await openssl(files);
      expect(await tlsStep(peer.port, trust(made))).toMatchObject({
        status: 'error',
        code,
        detail: expect.stringMatching(detail),
        nextStep: expect.stringMatching(/\.$/),
      });
    },
    20_000,
  );

  test('a port without TLS, a closed one, and one that knows none of our versions', async () => {
    await using kamailio = await startKamailio();
    expect(await tlsStep(kamailio.port, { ca: made.ca })).toMatchObject({ status: 'error', code: 'trunk.not-tls' });
    const closed = await verified({ port: await freePort(), transport: 'tls' });
    expect(brief(closed)).toEqual([
      'pbx.dns ok',
      'pbx.tcp error trunk.port-closed',
      'far-end.dns ok',
      'far-end.tcp error trunk.port-closed',
    ]);
    await using old = await openssl(made.good, '-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0');
    expect(await tlsStep(old.port, { ca: made.ca })).toMatchObject({ code: 'trunk.tls-ours-refused' });
  }, 40_000);

  test('a peer that answers TLS with text is told apart; one that insists on an old version too', async () => {
    const answering = async (bytes: Buffer) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(bytes));
      });
      const port = await freePort();
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      return { port, [Symbol.dispose]: () => void server.close() };
    };
    using text = await answering(Buffer.from('SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
    expect(await tlsStep(text.port, { ca: made.ca })).toMatchObject({ code: 'trunk.not-tls' });
    // A ServerHello of TLS 1.0, as systems send it that do not read what is offered.
    const hello = Buffer.from([
      0x16,
      3,
      1,
      0,
      42,
      2,
      0,
      0,
      38,
      3,
      1,
      ...Array.from({ length: 32 }, () => 7),
      0,
      0,
      0x2f,
      0,
    ]);
    using old = await answering(hello);
    expect(await tlsStep(old.port, { ca: made.ca })).toMatchObject({ code: 'trunk.tls-too-old' });
  }, 40_000);

  test('mutual TLS: ours missing, refused, not for clients, and right', async () => {
    const verify = ['-Verify', '2', '-verify_return_error', '-CAfile', made.caFile];
    await using peer = await openssl(made.good, '-tls1_3', ...verify);
    expect(await tlsStep(peer.port, { ca: made.ca })).toMatchObject({ code: 'trunk.client-certificate-missing' });
    await using older = await openssl(made.good, '-tls1_2', ...verify);
    expect(await tlsStep(older.port, { ca: made.ca })).toMatchObject({ code: 'trunk.client-certificate-missing' });
    await using stranger = await openssl(
      made.good,
      '-Verify',
      '2',
      '-verify_return_error',
      '-CAfile',
      made.otherCaFile,
    );
    expect(await tlsStep(stranger.port, { ca: made.ca, ...made.client })).toMatchObject({
      code: 'trunk.client-certificate-refused',
    });
    await using kamailio = await startKamailio({ tls: { ...made.good, clientCa: made.caFile } });
    const wrongUse = await verified({
      port: kamailio.tlsPort,
      transport: 'tls',
      trust: { ca: made.ca, ...made.serverOnly },
    });
    expect(brief(wrongUse)).toContainEqual(
      expect.stringMatching(
        /^far-end\.(tls|options) error trunk\.(closed-after-handshake|client-certificate-refused)$/,
      ),
    );
    // The supervision shows the same certificate, and judges by the answer alone.
    const watched = (own?: { certificate: string; key: string }) =>
      askOptions({
        target: { transport: 'tls', address: '127.0.0.1', port: kamailio.tlsPort },
        trunk: 't',
        own,
        limitMs: 5000,
        signal: AbortSignal.timeout(10_000),
        newToken,
        now: Date.now,
        tap: new SipTaps(),
      });
    expect(await watched()).toMatchObject({ answered: false });
    expect(await watched(made.client)).toMatchObject({ answered: true, status: 200 });
    const right = await verified({ port: kamailio.tlsPort, transport: 'tls', trust: { ca: made.ca, ...made.client } });
    expect(brief(right)).toEqual(
      ['pbx', 'far-end'].flatMap((end) => ['dns', 'tcp', 'tls', 'options'].map((kind) => `${end}.${kind} ok`)),
    );
  }, 60_000);

  test('a whole chain is accepted, with SNI and by name; one that expires within 30 days is warned of', async () => {
    await using chain = await startKamailio({ tls: made.chain });
    const steps = await verified({ port: chain.tlsPort, transport: 'tls', host: 'localhost', trust: { ca: made.ca } });
    expect(steps.get('far-end.tls')).toMatchObject({ status: 'ok', detail: expect.stringMatching(/^TLSv1\.[23], /) });
    await using soon = await startKamailio({ tls: made.soon });
    expect(await tlsStep(soon.tlsPort, { ca: made.ca })).toMatchObject({
      status: 'warning',
      code: 'trunk.certificate-expires-soon',
      detail: expect.stringMatching(/in [45] days/),
    });
  }, 40_000);

  test('of the PBX a certificate that only the far end has to trust is a warning, and it is asked all the same', async () => {
    await using peer = await startKamailio({ tls: made.selfSigned });
    const steps = await verified({ port: peer.tlsPort, transport: 'tls', trust: { ca: made.ca } });
    expect(brief(steps).slice(0, 4)).toEqual([
      'pbx.dns ok',
      'pbx.tcp ok',
      'pbx.tls warning trunk.certificate-self-signed',
      'pbx.options ok',
    ]);
    expect(steps.get('far-end.tls')?.code).toBe('trunk.certificate-self-signed');
  }, 40_000);
});
