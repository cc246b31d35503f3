import { type MovedPorts, SearchedService } from '#contract/discovery.ts';

/** Which ports are tried. Another plan is for networks with moved ports, and for laboratories. */
export interface PortPlan {
  /** A connection is opened and closed; each is one that a rule or a further signal asks for. */
  tcp: readonly number[];
  sipUdp: readonly number[];
  sipTcp: readonly number[];
  sipTls: readonly number[];
  http: readonly number[];
  https: readonly number[];
  /** TLS without a protocol of ours on it: only its certificate is read. */
  tls: readonly number[];
  ssh: readonly number[];
  greeting: readonly number[];
  snmp: number;
  /** The usual number of each port that was moved, by which rules know it. */
  usual?: ReadonlyMap<number, number>;
}

export const DEFAULT_PORTS: PortPlan = {
  tcp: [
    443, 80, 22, 21, 5060, 5061, 389, 636, 1752, 6800, 6801, 6802, 7001, 8882, 8883, 5062, 22225, 22226, 22227, 22228,
    5566, 4000,
  ],
  sipUdp: [5060],
  sipTcp: [5060],
  sipTls: [5061],
  http: [80],
  https: [443],
  tls: [636, 8883],
  ssh: [22],
  greeting: [21],
  snmp: 161,
};

const USUAL: Readonly<Record<SearchedService, number>> = {
  sip: 5060,
  sips: 5061,
  http: 80,
  https: 443,
  ssh: 22,
  ftp: 21,
  ldap: 389,
  ldaps: 636,
  smdr: 1752,
  csta: 7001,
  'csta-mx-one': 8882,
  snmp: DEFAULT_PORTS.snmp,
};

/** The usual plan with the services of a site that has moved some: these are tried there only. */
export function planWith(moved: MovedPorts): PortPlan {
  const moves = new Map<number, number>();
  for (const service of SearchedService.options) {
    const port = moved[service];
    if (port !== undefined) moves.set(USUAL[service], port);
  }
  const to = (ports: readonly number[]): number[] => [...new Set(ports.map((port) => moves.get(port) ?? port))];
  const { tcp, sipUdp, sipTcp, sipTls, http, https, tls, ssh, greeting, snmp } = DEFAULT_PORTS;
  return {
    tcp: to(tcp),
    sipUdp: to(sipUdp),
    sipTcp: to(sipTcp),
    sipTls: to(sipTls),
    http: to(http),
    https: to(https),
    tls: to(tls),
    ssh: to(ssh),
    greeting: to(greeting),
    snmp: moves.get(snmp) ?? snmp,
    usual: new Map([...moves].map(([usual, port]) => [port, usual])),
  };
}
