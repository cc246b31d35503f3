import type { MovedPorts } from '#contract/discovery.ts';
import { PBX_TYPE_NAMES, type PbxType } from '#contract/words.ts';
import { startLab } from '#test/lab/lab.ts';

/** A PBX of the lab in the words of the gateway's local interface. */
export interface DemoPbx {
  type: PbxType;
  name: string;
  connection: Record<string, unknown>;
  address: string;
}

/** The lab as the demo uses it. */
export interface DemoLab {
  pbxs: DemoPbx[];
  /** Where a search finds them. */
  network: { range: string; ports: MovedPorts };
  stop(): Promise<void>;
}

/** Starts the lab's PBXs and says how to connect them, as an installer would type it in. */
export async function startDemoLab(options: { folder: string; users: number; portBase: number }): Promise<DemoLab> {
  const { folder, users, portBase } = options;
  const lab = await startLab({ users, folder, ports: { ldap: portBase }, all: true });
  const pbx = (type: PbxType, place: string, connection: Record<string, unknown> = {}): DemoPbx => ({
    address: String(connection['host']),
    type,
    name: `${place} ${PBX_TYPE_NAMES[type]}`,
    connection,
  });
  if (lab.network === undefined) throw new Error('the lab does not show itself to a search');
  return {
    network: lab.network,
    pbxs: [
      pbx('mivoice-5000', 'Vienna', { ...lab.mivoice5000, tls: 'none' }),
      pbx('mivoice-business', 'Graz', lab.mivoiceBusiness),
      pbx('mivoice-office-400', 'Linz', lab.mivoiceOffice400),
      pbx('mx-one', 'Salzburg', lab.mxOne),
    ],
    stop: () => lab.stop(),
  };
}
