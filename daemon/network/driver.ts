import type { NetworkSettings } from '#contract/wizard/network.ts';

/** A network port of this host as it is now. */
export interface NetworkPort {
  name: string;
  mac: string;
  /** With prefix. */
  addresses: string[];
  /** As set through Demarc; null where somebody else decides. */
  settings: NetworkSettings | null;
}

/** What `apply` replaced, so that it can be brought back; JSON. Null: nothing of ours was there. */
export type Before = string | null;

/** The port to whoever runs the network of this host. One change at a time. */
export interface NetworkDriver {
  /** Why it cannot be used here; undefined when it can. */
  unsupported(): Promise<string | undefined>;
  read(): Promise<NetworkPort[]>;
  before(port: string): Promise<Before>;
  /** Puts the settings in force and sees to it that they are. @throws DemarcError `network.failed` */
  apply(port: string, settings: NetworkSettings): Promise<void>;
  /** Brings back what was there. @throws DemarcError `network.failed` */
  revert(port: string, before: Before): Promise<void>;
}
