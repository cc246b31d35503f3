import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import type { DhcpEvidence } from '../evidence.ts';
import { type OwnNetwork, toNumber } from '../targets.ts';
import type { SignalContext } from './signal.ts';

/** What MiNET telephones call themselves when they ask (option 60), and how an answer for them begins. */
const VENDOR_CLASS = 'ipphone.mitel.com';
/** Mitel's number in option 125 (IANA private enterprise numbers). */
const ENTERPRISE = 1027;
const OPTION = { pad: 0, vendor: 43, overload: 52, type: 53, wanted: 55, class: 60, vendorIdentifying: 125, end: 255 };
const INFORM = 8;
const ACK = 5;
const COOKIE = Buffer.from([99, 130, 83, 99]);
/** Where options begin: after the fixed fields and the cookie (RFC 2131, section 2). */
const FIXED = 236;
const MOST_SYSTEMS = 8;

/** DHCPINFORM (RFC 2131, section 4.4.3): asks for parameters alone, and changes no lease. */
export function informOf(network: OwnNetwork, id: number): Buffer {
  const packet = Buffer.alloc(FIXED);
  // A request over Ethernet.
  packet.set([1, 1, 6, 0]);
  packet.writeUInt32BE(id, 4);
  packet.writeUInt32BE(toNumber(network.address), 12);
  packet.write(network.mac.replaceAll(':', ''), 28, 'hex');
  const option = (code: number, value: Buffer | number[]) => Buffer.from([code, value.length, ...value]);
  return Buffer.concat([
    packet,
    COOKIE,
    option(OPTION.type, [INFORM]),
    option(OPTION.class, Buffer.from(VENDOR_CLASS)),
    option(OPTION.wanted, [OPTION.vendor, OPTION.vendorIdentifying]),
    Buffer.from([OPTION.end]),
  ]);
}

/**
 * The systems that an answer to `id` names to MiNET telephones: tag `call_srv` of options 43 and 125 (dossier MiVoice
 * Business, section 2.4). Empty for whatever else the bytes are.
 */
export function callServersOf(packet: Buffer, id: number): string[] {
  const isAnswer = packet.length > FIXED + COOKIE.length && packet[0] === 2 && packet.readUInt32BE(4) === id;
  if (!isAnswer || !packet.subarray(FIXED, FIXED + COOKIE.length).equals(COOKIE)) return [];
  const options = optionsOf(packet);
  if (options.get(OPTION.type)?.[0] !== ACK) return [];
  const texts = [options.get(OPTION.vendor), ofMitel(options.get(OPTION.vendorIdentifying))];
  const named = texts.flatMap((text) => tagOf(text?.toString('latin1') ?? '', 'call_srv')?.split(',') ?? []);
  return [...new Set(named.filter((address) => isIPv4(address)))].slice(0, MOST_SYSTEMS);
}

/** Values by code; an option that stands in pieces is put together (RFC 3396), also from the fields that it may overflow to. */
function optionsOf(packet: Buffer): Map<number, Buffer> {
  const options = new Map<number, Buffer>();
  const read = (area: Buffer) => {
    for (let at = 0; at < area.length && area[at] !== OPTION.end; ) {
      const code = area[at] ?? OPTION.pad;
      if (code === OPTION.pad) {
        at += 1;
        continue;
      }
      const value = area.subarray(at + 2, at + 2 + (area[at + 1] ?? 0));
      options.set(code, Buffer.concat([options.get(code) ?? Buffer.alloc(0), value]));
      at += 2 + (area[at + 1] ?? 0);
    }
  };
  read(packet.subarray(FIXED + COOKIE.length));
  const overload = options.get(OPTION.overload)?.[0] ?? 0;
  // Fields `file` and `sname` (RFC 2132, section 9.3).
  if ((overload & 1) !== 0) read(packet.subarray(108, FIXED));
  if ((overload & 2) !== 0) read(packet.subarray(44, 108));
  return options;
}

/** The part of option 125 that is Mitel's (RFC 3925, section 4). */
function ofMitel(value: Buffer = Buffer.alloc(0)): Buffer | undefined {
  for (let at = 0; at + 5 <= value.length; ) {
    const length = value[at + 4] ?? 0;
    if (value.readUInt32BE(at) === ENTERPRISE) return value.subarray(at + 5, at + 5 + length);
    at += 5 + length;
  }
  return undefined;
}

/** A tag of `id:ipphone.mitel.com;tag=value;...`, however it is wrapped; of a tag that comes twice the later one. */
function tagOf(text: string, tag: string): string | undefined {
  const start = text.indexOf(`id:${VENDOR_CLASS}`);
  if (start === -1) return undefined;
  const [line = ''] = text.slice(start).split(/[^\x20-\x7e]/, 1);
  return line
    .split(';')
    .findLast((part) => part.startsWith(`${tag}=`))
    ?.slice(tag.length + 1);
}

/**
 * Asks the DHCP servers of each own network twice, as a telephone does, and listens until the waits end. Gives what could
 * not be asked, in words. Needs the right to use UDP port 68.
 */
export async function askDhcp(
  networks: readonly OwnNetwork[],
  context: SignalContext,
  onFound: (evidence: DhcpEvidence) => void,
  wait: (ms: number) => Promise<void>,
): Promise<string[]> {
  const problems: string[] = [];
  const open = await Promise.all(
    networks.map(async (network) => {
      const id = Number.parseInt(context.newToken().slice(0, 8), 16);
      const socket = await bound(network.address).catch((error: NodeJS.ErrnoException) => {
        const why = error.code ?? error.message;
        problems.push(`DHCP options of ${network.address} were not read: UDP port 68 cannot be used (${why}).`);
        return undefined;
      });
      socket?.on('message', (packet, { address: server }) => {
        for (const address of callServersOf(packet, id)) onFound({ signal: 'dhcp', address, server });
      });
      return socket && { socket, packet: informOf(network, id) };
    }),
  );
  const asked = open.filter((one) => one !== undefined);
  try {
    for (let round = 0; round < 2 && asked.length > 0; round += 1) {
      for (const { socket, packet } of asked) {
        await context.take();
        // The answer is what counts: a network that takes no broadcast is one without a server.
        socket.send(packet, 67, '255.255.255.255', () => undefined);
      }
      await wait(1000);
    }
  } finally {
    for (const { socket } of asked) socket.close();
  }
  return problems;
}

/** Bound to our own address, which chooses the network that a broadcast goes to. */
async function bound(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(68, address, resolve);
  });
  socket.removeAllListeners('error').on('error', () => undefined);
  socket.setBroadcast(true);
  return socket;
}
