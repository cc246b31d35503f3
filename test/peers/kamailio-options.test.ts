/** OPTIONS and the search against Debian's Kamailio with a known banner, with none, and with one that lies. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort, hasProgram, portOpen, startProgram, temporaryFolder } from '#test/support/program.ts';
import { searchSip } from '#test/support/sip-search.ts';

/** Answers every OPTIONS with 200; `banner` are lines of the configuration. */
async function kamailio(banner: string) {
  const folder = await temporaryFolder('kamailio');
  const port = await freePort();
  const config = join(folder.path, 'kamailio.cfg');
  await writeFile(
    config,
    `#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
disable_sctp=yes
auto_aliases=no
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/:/usr/lib/kamailio/modules/"
loadmodule "sl.so"
loadmodule "textops.so"
${banner}
}
`,
  );
  const program = startProgram('kamailio', [
    '-f',
    config,
    '-DD',
    '-E',
    '-w',
    folder.path,
    '-Y',
    folder.path,
    '-m',
    '16',
    '-M',
    '4',
  ]);
  await portOpen(port);
  return {
    port,
    async [Symbol.asyncDispose]() {
      await program.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const reply = (...lines: string[]) => `request_route {\n${lines.join('\n')}\nsl_send_reply("200", "OK");\n`;

describe.skipIf(!hasProgram('kamailio'))('Kamailio answers', () => {
  test.each([
    ['with its own banner', reply(), { kind: 'sip-device', name: expect.stringMatching(/^kamailio/i) }],
    [
      'with the banner of a border gateway',
      `server_header="Server: Mitel Border GW/4.11.0.163-01"\n${reply()}`,
      { kind: 'mitel-border-gateway', version: '4.11.0.163-01', certainty: 'medium' },
    ],
    ['without a banner', `server_signature=no\n${reply()}`, { kind: 'unnamed-sip', role: 'unknown' }],
    [
      'as a 3300 for its telephones, with its own name beside it',
      reply('append_to_reply("User-Agent: Mitel-3300-ICP 8.0.9.18\\r\\n");'),
      { kind: 'sip-device' },
    ],
  ])(
    '%s',
    async (_, banner, expected) => {
      await using server = await kamailio(banner);
      const candidates = await searchSip(server.port);
      expect(candidates).toEqual([expect.objectContaining(expected)]);
      const transports = candidates[0]?.evidence
        .filter(({ signal }) => signal === 'sip')
        .map(({ text }) => /over (\w+)/.exec(text)?.[1]);
      expect(transports).toEqual(['UDP', 'TCP']);
    },
    30_000,
  );
});
