/** Fetching a release over lines that break. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { HttpReleaseSource } from '#daemon/update/release-source.ts';
import { makeCertificates, type TestCertificates } from '#test/support/certificates.ts';
import { temporaryFolder } from '#test/support/program.ts';

const CONTENT = randomBytes(3_000_000);
const ARCHIVE = { file: 'demarc-1.1.0-linux-x64.tar.gz', bytes: CONTENT.length, sha256: '0'.repeat(64) };

interface Behaviour {
  /** After how many bytes each answer breaks off, in turn; then none does. */
  breaks?: number[];
  ignoresRange?: boolean;
  /** What is served in place of the archive. */
  content?: Buffer;
  status?: number;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let certificates: TestCertificates;

beforeAll(async () => {
  folder = await temporaryFolder('certificates');
  certificates = await makeCertificates(folder.path);
});
afterAll(() => folder[Symbol.asyncDispose]());

/** A server of releases that behaves so. */
async function bench({ breaks = [], ignoresRange = false, content = CONTENT, status }: Behaviour) {
  const home = await temporaryFolder('source');
  const { caPath, certPath, keyPath } = certificates;
  const ranges: string[] = [];
  let sent = 0;
  const server = createServer({ cert: await readFile(certPath), key: await readFile(keyPath) }, (request, response) => {
    ranges.push(request.headers.range ?? 'all');
    if (status !== undefined) return void response.writeHead(status).end('{}');
    const from = ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(
      from === 0 ? 200 : 206,
      from === 0 ? {} : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` },
    );
    const most = breaks.shift();
    const piece = content.subarray(from, most === undefined ? undefined : from + most);
    sent += piece.length;
    response.write(piece, () => (most === undefined ? response.end() : response.destroy()));
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const path = join(home.path, 'update/archive.tar.gz');
  const source = new HttpReleaseSource({
    target: () => ({ url: `https://127.0.0.1:${port}`, caFile: caPath }),
    identity: () => undefined,
    channel: () => 'stable',
    platform: 'linux-x64',
    clock: systemClock,
    retryMs: 5,
  });
  const fetch = () =>
    source.fetch(ARCHIVE, path, { signal: AbortSignal.timeout(20_000), onProgress: () => undefined }).then(
      () => 'ok',
      (error: { code?: string }) => error.code ?? 'no error of ours',
    );
  return {
    path,
    ranges,
    fetch,
    sent: () => sent,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      await home[Symbol.asyncDispose]();
    },
  };
}

describe('fetching an archive', () => {
  it('goes on where the line broke, and sends little twice', async () => {
    await using b = await bench({ breaks: [1_000_000, 500_000] });
    expect(await b.fetch()).toBe('ok');
    expect((await readFile(b.path)).equals(CONTENT)).toBe(true);
    expect(b.ranges[0]).toBe('all');
    expect(b.ranges.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range))).toBe(true);
    expect(b.sent()).toBeLessThan(CONTENT.length * 1.5);
    expect(existsSync(`${b.path}.part`)).toBe(false);
  });

  it('goes on from what an earlier process left', async () => {
    await using b = await bench({ breaks: [1_000_000, 0, 0, 0, 0, 0] });
    expect(await b.fetch()).toBe('update.download-failed');
    expect(await b.fetch()).toBe('ok');
    expect((await readFile(b.path)).equals(CONTENT)).toBe(true);
  });

  it('begins anew where the server knows no ranges', async () => {
    await using b = await bench({ breaks: [1_000_000], ignoresRange: true });
    expect(await b.fetch()).toBe('ok');
    expect((await readFile(b.path)).equals(CONTENT)).toBe(true);
  });

  it('begins anew when more is there than was signed', async () => {
    await using b = await bench({ breaks: [0, 0, 0, 0, 0, 0] });
    await b.fetch();
    await writeFile(`${b.path}.part`, Buffer.alloc(CONTENT.length + 1));
    expect(await b.fetch()).toBe('ok');
    expect((await readFile(b.path)).equals(CONTENT)).toBe(true);
  });

  it('takes no byte more than was signed', async () => {
    await using b = await bench({ content: Buffer.concat([CONTENT, Buffer.alloc(1)]) });
    expect(await b.fetch()).toBe('update.bad-archive');
    expect(existsSync(b.path)).toBe(false);
  });

  it('tells a refusal as what it is, without trying for ever', async () => {
    await using b = await bench({ status: 403 });
    expect(await b.fetch()).toBe('update.download-failed');
    expect(b.ranges.length).toBeLessThanOrEqual(6);
  });
});
