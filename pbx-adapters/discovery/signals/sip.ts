import { type NoOptionsAnswer, type OptionsAnswer, probeOptions } from '#sip-trunks/client/options-probe.ts';
import type { Transport } from '#sip-trunks/client/transport.ts';
import type { Evidence } from '../evidence.ts';
import { certificateEvidence } from './certificate.ts';
import type { HostSignal, SignalContext } from './signal.ts';

const UDP_LIMIT_MS = 1800;
const STREAM_LIMIT_MS = 3000;

/** OPTIONS over UDP; sent again when there is no answer, because networks lose. */
export async function sipUdp(address: string, context: SignalContext, limitMs = UDP_LIMIT_MS): Promise<Evidence[]> {
  const found = await Promise.all(
    context.ports.sipUdp.map((port) => askOptions(address, port, 'udp', limitMs, context)),
  );
  return found.flat();
}

/** OPTIONS over TCP and TLS, where the port is open: some systems listen to nothing else. */
export const sipSignal: HostSignal = {
  name: 'sip',
  async *probe({ address, open }, context): AsyncIterable<Evidence> {
    for (const transport of ['tcp', 'tls'] as const) {
      const ports = transport === 'tcp' ? context.ports.sipTcp : context.ports.sipTls;
      for (const port of ports) {
        if (open.has(port)) yield* await askOptions(address, port, transport, STREAM_LIMIT_MS, context);
      }
    }
  },
};

async function askOptions(
  address: string,
  port: number,
  transport: Transport,
  limitMs: number,
  context: SignalContext,
): Promise<Evidence[]> {
  await context.take();
  const answer = await probeOptions({
    target: { transport, address, port },
    limitMs,
    signal: context.signal,
    newToken: () => context.newToken(),
    beforeResend: () => context.take(),
  });
  return toEvidence(address, port, transport, answer);
}

function toEvidence(
  address: string,
  port: number,
  transport: Transport,
  answer: OptionsAnswer | NoOptionsAnswer,
): Evidence[] {
  const found: Evidence[] = [];
  const certificate = answer.certificate && certificateEvidence(address, port, answer.certificate);
  if (certificate) found.push(certificate);
  if (!answer.answered) return found;
  const { status, reason, userAgent, server, toTag } = answer;
  found.push({
    signal: 'sip',
    address,
    port,
    transport,
    status,
    reason,
    ...(userAgent ? { userAgent } : {}),
    ...(server ? { server } : {}),
    ...(toTag ? { toTag } : {}),
  });
  return found;
}
