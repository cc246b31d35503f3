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
