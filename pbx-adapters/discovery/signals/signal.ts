import type { Evidence } from '../evidence.ts';
import type { PortPlan } from '../ports.ts';

/** A host that is there, and which of the ports of the plan are open. */
export interface Host {
  address: string;
  open: ReadonlySet<number>;
}

/** What a signal may use. It sends nothing before `take` lets it. */
export interface SignalContext {
  signal: AbortSignal;
  ports: PortPlan;
  community: string | undefined;
  /** One packet or one connection attempt. @throws the signal's reason when aborted */
  take(): Promise<void>;
  /** A string without meaning, another at every call. */
  newToken(): string;
}

/** One kind of evidence of one host. It ends within its own time limit, and yields nothing where it learns nothing. */
export interface HostSignal {
  name: Evidence['signal'];
  probe(host: Host, context: SignalContext): AsyncIterable<Evidence>;
}
