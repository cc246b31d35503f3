import { classify, type Verdict } from './classify.ts';
import type { Evidence } from './evidence.ts';
import { GENERAL_KINDS } from './kinds.ts';

/** All addresses of one machine with everything that was seen there. */
export interface Machine {
  /** In the order in which they were found. */
  addresses: string[];
  evidence: Evidence[];
  verdict: Verdict | undefined;
}

/** What proves that two addresses are one machine, from the strongest on. */
interface Identity {
  engines: Set<string>;
  hostKeys: Set<string>;
  certificates: Set<string>;
}

function identityOf(evidence: readonly Evidence[]): Identity {
  const identity: Identity = { engines: new Set(), hostKeys: new Set(), certificates: new Set() };
  for (const one of evidence) {
    if (one.signal === 'snmp' && one.engineId) identity.engines.add(one.engineId);
    if (one.signal === 'host-key') identity.hostKeys.add(one.fingerprint);
    if (one.signal === 'certificate') identity.certificates.add(one.fingerprint);
  }
  return identity;
}

const meets = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((value) => b.has(value));

/**
 * Whether two addresses are one machine: by SNMP engine where both have one, else by SSH host key, else by certificate.
 * A certificate alone may be shared by several machines of a company, a host key by copies of one virtual machine: what
 * is stronger decides where both show it, and what was taken for two different products stays two.
 */
function isSame(a: Identity, b: Identity): boolean {
  if (a.engines.size > 0 && b.engines.size > 0) return meets(a.engines, b.engines);
  if (a.hostKeys.size > 0 && b.hostKeys.size > 0) return meets(a.hostKeys, b.hostKeys);
  return meets(a.certificates, b.certificates);
}

const fits = (a: Verdict | undefined, b: Verdict | undefined): boolean =>
  a === undefined || b === undefined || a.kind === b.kind || GENERAL_KINDS.has(a.kind) || GENERAL_KINDS.has(b.kind);

/** Addresses to machines. Pure; `hosts` in the order in which they were found, which is kept. */
export function groupMachines(hosts: ReadonlyMap<string, readonly Evidence[]>): Machine[] {
  const groups: { machine: Machine; identity: Identity }[] = [];
  const byProof = new Map<string, typeof groups>();
  for (const [address, evidence] of hosts) {
    const identity = identityOf(evidence);
    const verdict = classify(evidence);
    const proofs = Object.values(identity).flatMap((values: Set<string>) => [...values]);
    const known = proofs.flatMap((proof) => byProof.get(proof) ?? []);
    let group = known.find((other) => isSame(other.identity, identity) && fits(other.machine.verdict, verdict));
    if (group) {
      const { machine } = group;
      machine.addresses.push(address);
      machine.evidence.push(...evidence);
      machine.verdict = classify(machine.evidence);
      group.identity = identityOf(machine.evidence);
    } else {
      group = { machine: { addresses: [address], evidence: [...evidence], verdict }, identity };
      groups.push(group);
    }
    for (const proof of proofs) byProof.set(proof, [...(byProof.get(proof) ?? []), group]);
  }
  return groups.map(({ machine }) => machine);
}
