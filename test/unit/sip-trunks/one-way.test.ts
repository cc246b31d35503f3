/** One-way audio, over real sockets: the other side sends or not, and reports by RTCP that it hears or not. */
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { mediaOutcome } from '#sip-trunks/verify/call-proof.ts';
import { rtpPacket } from '#sip-trunks/verify/media/rtp.ts';
import { MediaSession } from '#sip-trunks/verify/media/session.ts';
import { freeUdpPort } from '#test/support/program.ts';

const SSRC = 77;

async function peer({ sends, reports }: { sends: boolean; reports: 'ours' | 'nothing' | 'never' }) {
  const port = await freeUdpPort();
  const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')];
  await new Promise<void>((resolve) => rtp.bind(port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => rtcp.bind(port + 1, '127.0.0.1', resolve));
  let sequence = 0;
  rtp.on('message', (_, from) => {
    sequence += 1;
    const head = { payloadType: 8, sequence, timestamp: sequence * 160, ssrc: 5 };
    if (sends) rtp.send(rtpPacket(head, Buffer.alloc(160)), from.port, from.address);
  });
  rtcp.on('message', (_, from) => {
    if (reports === 'never') return;
    const report = Buffer.alloc(reports === 'ours' ? 32 : 8);
    report.set([reports === 'ours' ? 0x81 : 0x80, 201, 0, report.length / 4 - 1]);
    if (reports === 'ours') report.writeUInt32BE(SSRC, 8);
    rtcp.send(report, from.port, from.address);
  });
  const stop = () => {
    rtp.close();
    rtcp.close();
  };
  return { port, [Symbol.dispose]: stop };
}

test.each([
  ['both ways', true, 'ours', 'ok', undefined],
  ['nothing comes, and they hear us', false, 'ours', 'error', 'trunk.audio-not-received'],
  ['it comes, and they hear nothing', true, 'nothing', 'error', 'trunk.audio-not-heard'],
  ['nothing at all', false, 'never', 'error', 'trunk.no-audio'],
  ['it comes, and nobody reports: not proven, and said so', true, 'never', 'ok', undefined],
] as const)('%s', async (_, sends, reports, status, code) => {
  using other = await peer({ sends, reports });
  using session = await MediaSession.open('127.0.0.1');
  const answer = {
    address: '127.0.0.1',
    port: other.port,
    codec: 'PCMA',
    payloadType: 8,
    isEncrypted: false,
    key: undefined,
    direction: 'sendrecv',
  } as const;
  const signal = AbortSignal.timeout(5000);
  const found = await session.run({ answer, key: undefined, ssrc: SSRC, limitMs: 1600, clock: systemClock, signal });
  const outcome = mediaOutcome(answer, found, '127.0.0.1');
  expect([outcome.status, outcome.fault?.code]).toEqual([status, code]);
  if (reports === 'never' && sends) expect(outcome.detail).toContain('not proven');
});
