/** What the signals see, one value a fact. Pure data: rules judge it, nothing else. */
import type { Transport } from '#sip-trunks/client/transport.ts';

interface At<S extends string> {
  signal: S;
  address: string;
}

interface AtPort<S extends string> extends At<S> {
  port: number;
}

/** What the site's network tells of a machine's network card. */
export interface ArpEvidence extends At<'arp'> {
  mac: string;
  vendor?: string;
}

/** A service that a machine announces itself (RFC 6763). */
export interface MdnsEvidence extends At<'mdns'> {
  service: string;
  instance: string;
}

/** What a DHCP server tells the telephones of a MiVoice Business: `address` is where they log in. */
export interface DhcpEvidence extends At<'dhcp'> {
  server: string;
}

/** A TCP port accepted a connection; nothing was sent. `usual` is its number elsewhere, where this site has moved it. */
export interface TcpEvidence extends AtPort<'tcp'> {
  usual?: number;
}

/** What `GET /` gave; `marks` are known phrases that were found in it. */
export interface WebEvidence extends AtPort<'web'> {
  status: number;
  server?: string;
  location?: string;
  title?: string;
  realm?: string;
  marks: string[];
}

/** The certificate that a TLS port showed; it was not judged. */
export interface CertificateEvidence extends AtPort<'certificate'> {
  subject: string;
  issuer: string;
  fingerprint: string;
  expiresAt?: string;
}

/** An answer to OPTIONS. */
export interface SipEvidence extends AtPort<'sip'> {
  transport: Transport;
  status: number;
  reason: string;
  userAgent?: string;
  server?: string;
  toTag?: string;
}

/** System group of MIB-II (RFC 3418) and the engine's id (RFC 3411). */
export interface SnmpEvidence extends AtPort<'snmp'> {
  sysDescr: string;
  sysObjectId?: string;
  sysName?: string;
  engineId?: string;
}

/** The line that a server says first. */
export interface GreetingEvidence extends AtPort<'greeting'> {
  text: string;
}

/** The key by which an SSH server proves that it is itself. */
export interface HostKeyEvidence extends AtPort<'host-key'> {
  fingerprint: string;
}

export type Evidence =
  | ArpEvidence
  | MdnsEvidence
  | DhcpEvidence
  | TcpEvidence
  | WebEvidence
  | CertificateEvidence
  | SipEvidence
  | SnmpEvidence
  | GreetingEvidence
  | HostKeyEvidence;

/** The evidence in words. Texts from the network are cut short; whoever shows them removes control characters. */
export function describeEvidence(evidence: Evidence): string {
  switch (evidence.signal) {
    case 'arp':
      return `network card ${evidence.mac}${evidence.vendor ? ` of ${evidence.vendor}` : ''}`;
    case 'mdns':
      return `announces ${evidence.instance} (${evidence.service})`;
    case 'dhcp':
      return `the DHCP server ${evidence.server} names it to Mitel telephones`;
    case 'tcp':
      return `TCP port ${evidence.port} is open${evidence.usual ? `, which stands for ${evidence.usual} at this site` : ''}`;
    case 'web': {
      const { status, server, location, title, realm, marks } = evidence;
      const parts = [
        title && `title "${title}"`,
        server && `server "${server}"`,
        location && `leads to ${location}`,
        realm && `realm "${realm}"`,
        ...marks.map((mark) => `has "${mark}"`),
      ].filter(Boolean);
      return `web page ${status}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
    }
    case 'certificate':
      return `certificate for ${evidence.subject}, issued by ${evidence.issuer}`;
    case 'sip': {
      const banner = [...new Set([evidence.userAgent, evidence.server])].filter(Boolean).join(' / ');
      const said = banner === '' ? 'without a banner' : `as "${banner}"`;
      return `answers SIP OPTIONS over ${evidence.transport.toUpperCase()} with ${evidence.status} ${said}`;
    }
    case 'snmp':
      return `SNMP: ${evidence.sysDescr}${evidence.sysObjectId ? ` (${evidence.sysObjectId})` : ''}`;
    case 'greeting':
      return `greets with "${evidence.text}"`;
    case 'host-key':
      return `SSH host key ${evidence.fingerprint}`;
    default:
      return evidence satisfies never;
  }
}
