import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from './evidence.ts';
import { readArpTable } from './signals/arp.ts';
import type { SignalContext } from './signals/signal.ts';
import { sipUdp } from './signals/sip.ts';
import { tcpState } from './signals/tcp.ts';
import { addressesOf, type OwnNetwork, onLink, type Range } from './targets.ts';
import { Slots } from './traffic.ts';

interface SweepParts {
  ranges: readonly Range[];
  own: readonly OwnNetwork[];
  context: SignalContext;
  /** One address is settled: there or not. */
  onSwept: () => void;
  onEvidence: (evidence: Evidence) => void;
  onAlive: (address: string) => void;
}

/** RFC 863; an empty datagram, whose only use is that the kernel asks for the hardware address first. */
const DISCARD_PORT = 9;
/** The kernel asks a second time after one second. */
const ARP_WAIT_MS = 1300;
const ARP_LOOK_MS = 150;
/** Behind a router hosts show themselves only by answering; a refusal is an answer. */
const KNOCK_PORTS = 4;
const KNOCKS_AT_ONCE = 128;
/** Long enough for one repetition. */
const KNOCK_MS = 1000;

/** Finds out which addresses have hosts: by ARP on the own networks, by knocking behind routers. */
export async function sweep(parts: SweepParts): Promise<void> {
  const near: string[] = [];
  const far: string[] = [];
  const hasArp = (await readArpTable()) !== undefined;
  for (const address of addressesOf(parts.ranges)) {
    if (hasArp && onLink(parts.own, address)) near.push(address);
    else far.push(address);
  }
  await Promise.all([sweepNear(near, parts), sweepFar(far, parts)]);
}

async function sweepNear(addresses: readonly string[], parts: SweepParts): Promise<void> {
  if (addresses.length === 0) return;
  const { context, onSwept, onEvidence, onAlive } = parts;
  const waiting = new Set(addresses);
  const socket = createSocket('udp4');
  // What comes back from hosts that mind is of no interest; ARP has told already.
  socket.on('error', () => undefined);
  const asked = new AbortController();
  const look = async () => {
    for (const evidence of (await readArpTable()) ?? []) {
      if (!waiting.delete(evidence.address)) continue;
      onEvidence(evidence);
      onAlive(evidence.address);
      onSwept();
    }
  };
  const watch = async () => {
    while (!asked.signal.aborted) {
      await sleep(ARP_LOOK_MS, undefined, { signal: context.signal });
      await look();
    }
  };
  const ask = async () => {
    try {
      for (const address of addresses) {
        await context.take();
        socket.send('', DISCARD_PORT, address, () => undefined);
      }
      await sleep(ARP_WAIT_MS, undefined, { signal: context.signal });
    } finally {
      asked.abort();
    }
  };
  try {
    await Promise.all([ask(), watch()]);
    await look();
    for (const _silent of waiting) onSwept();
  } finally {
    socket.close();
  }
}

async function sweepFar(addresses: readonly string[], parts: SweepParts): Promise<void> {
  const { context, onSwept, onAlive } = parts;
  const slots = new Slots(KNOCKS_AT_ONCE);
  const knockPorts = context.ports.tcp.slice(0, KNOCK_PORTS);
  await Promise.all(
    addresses.map((address) =>
      slots.use(async () => {
        const knocks = knockPorts.map(async (port) => {
          const state = await tcpState(address, port, context);
          return state === 'open' || state === 'closed';
        });
        const answers = await Promise.all([
          ...knocks,
          sipUdp(address, context, KNOCK_MS).then((found) => found.length > 0),
        ]);
        if (answers.includes(true)) onAlive(address);
        onSwept();
      }),
    ),
  );
}
