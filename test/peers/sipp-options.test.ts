/** The search against Debian's sipp, which answers OPTIONS word for word as it is told: known banners, none, and lies. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freeUdpPort, hasProgram, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { searchSip } from '#test/support/sip-search.ts';

const HONEST_VIA = '[last_Via:]';

/** sipp as a responder: each OPTIONS gets this answer. */
async function sipp(status: string, headers: readonly string[], via = HONEST_VIA) {
  const folder = await temporaryFolder('sipp');
  const port = await freeUdpPort();
  const scenario = join(folder.path, 'options.xml');
  const lines = [
    `SIP/2.0 ${status}`,
    via,
    '[last_From:]',
    '[last_To:];tag=[call_number]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    ...headers,
    'Content-Length: 0',
  ];
  await writeFile(
    scenario,
    `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="options">
<recv request="OPTIONS"/>
<send><![CDATA[
${lines.join('\n')}

]]></send>
</scenario>
`,
  );
  const program = startProgram(
    'sipp',
    ['-sf', scenario, '-i', '127.0.0.1', '-p', String(port), '-t', 'u1', '-nostdin', '-trace_err'],
    { cwd: folder.path, env: { TERM: 'xterm' } },
  );
  const bound = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const stop = async () => {
    await program.stop('SIGKILL');
    await folder[Symbol.asyncDispose]();
  };
  try {
    await until('sipp listens', 10_000, async () => (await readFile('/proc/net/udp', 'utf8')).includes(bound));
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: stop };
}

describe.skipIf(!hasProgram('sipp'))('sipp answers', () => {
  test.each([
    ['as an MX-ONE', 'Server: Aastra MX-ONE SN/7.4.1.0.12', { kind: 'mx-one', version: '7.4.1.0.12' }],
    ['as a MiVoice Office 400', 'Server: Aastra 400', { kind: 'mivoice-office-400' }],
    ['as a MiVoice Business', 'User-Agent: Mitel-3300-ICP 8.0.9.18', { kind: 'mivoice-business', version: '8.0.9.18' }],
    ['as a SIP-DECT manager', 'User-Agent: Mitel SIP-DECT (SW-Version=8.1SP2)', { kind: 'sip-dect-manager' }],
    ['with a banner of somebody else', 'Server: FreeSWITCH', { kind: 'sip-device', name: 'FreeSWITCH' }],
  ])(
    '%s',
    async (_, banner, expected) => {
      await using server = await sipp('200 OK', [banner]);
      expect(await searchSip(server.port, { tcp: false })).toEqual([expect.objectContaining(expected)]);
    },
    30_000,
  );

  test('without a banner: a SIP device is there, and nothing more is claimed', async () => {
    await using server = await sipp('200 OK', []);
    expect(await searchSip(server.port, { tcp: false })).toEqual([expect.objectContaining({ kind: 'unnamed-sip' })]);
  }, 30_000);

  test('with a refusal: whoever refuses is there all the same', async () => {
    await using server = await sipp('403 Forbidden', ['Server: Aastra MX-ONE SN/7.4.1.0.12']);
    expect(await searchSip(server.port, { tcp: false })).toEqual([expect.objectContaining({ kind: 'mx-one' })]);
  }, 30_000);

  test('to a question that nobody asked: the lie is no answer', async () => {
    await using server = await sipp(
      '200 OK',
      ['Server: Aastra MX-ONE SN/7.4.1.0.12'],
      'Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKnotours',
    );
    expect(await searchSip(server.port, { tcp: false })).toEqual([]);
  }, 30_000);
});
