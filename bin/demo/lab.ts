import { join } from 'node:path';
import type { PbxType } from '#contract/words.ts';
import { startLab } from '#test/lab/lab.ts';

/** A PBX of the lab in the words of the gateway's local interface. */
export interface DemoPbx {
  type: PbxType;
  name: string;
  connection: Record<string, unknown>;
}

/** The lab as the demo uses it. */
export interface DemoLab {
  pbxs: DemoPbx[];
  stop(): Promise<void>;
}

/** Starts the lab's PBXs and says how to connect them, as an installer would type it in. */
export async function startDemoLab(options: { folder: string; users: number; portBase: number }): Promise<DemoLab> {
  const lab = await startLab({
    users: options.users,
    folder: join(options.folder, 'exports'),
    ports: { ldap: options.portBase },
  });
  const { host, port, baseDn, bindDn, password } = lab.mivoice5000;
  return {
    pbxs: [
      { type: 'mivoice-5000', name: 'Head office', connection: { host, port, tls: 'none', baseDn, bindDn, password } },
      { type: 'mivoice-business', name: 'Plant', connection: { folder: lab.mivoiceBusiness.folder } },
    ],
    stop: () => lab.stop(),
  };
}
