import type { Candidate } from '#contract/discovery.ts';
import { discover } from '#pbx-adapters/discovery/discover.ts';

/** What a search finds on 127.0.0.1 when only this port is asked, by SIP over UDP and, unless switched off, TCP. */
export async function searchSip(port: number, { tcp = true }: { tcp?: boolean } = {}): Promise<Candidate[]> {
  const none: number[] = [];
  const ports = {
    tcp: tcp ? [port] : none,
    sipUdp: [port],
    sipTcp: tcp ? [port] : none,
    sipTls: none,
    http: none,
    https: none,
    tls: none,
    ssh: none,
    greeting: none,
    snmp: 9,
  };
  const candidates = new Map<string, Candidate>();
  for await (const event of discover({ cidrs: ['127.0.0.1/32'], ports, interfaces: {} }, AbortSignal.timeout(20_000))) {
    if (event.kind === 'candidate') candidates.set(event.candidate.id, event.candidate);
  }
  return [...candidates.values()];
}
