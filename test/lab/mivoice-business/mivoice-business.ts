/** The lab's MiVoice Business: form exports, SIP, administration site, call records and SNMP of one PBX. */
import { type FormExports, writeFormExports } from '../form-exports.ts';
import { type LabSite, startSite } from './admin-site.ts';
import { type LabSip, startSip } from './sip-responder.ts';
import { type LabSmdr, startSmdr } from './smdr-server.ts';
import { type LabAgent, type LabVariable, startAgent } from './snmp-agent.ts';

export interface LabMiVoiceBusiness {
  /** Settings of a link that uses everything. */
  connection: Record<string, unknown>;
  forms: FormExports;
  sip: LabSip;
  site: LabSite;
  smdr: LabSmdr;
  agent: LabAgent;
  stop(): Promise<void>;
}

const MITEL = '1.3.6.1.4.1.1027';

/** What the agent tells; the order of the pairs in the description differs between systems. */
export const callServerVariables = (): Record<string, LabVariable> => ({
  '1.3.6.1.2.1.1.1.0': 'VerAg:07.00.00.01.00;VerSw:12.0.1.24;VerHw:CX;VerPl:3300 ICP;VerMCD:6.0 SP1',
  '1.3.6.1.2.1.1.2.0': { oid: `${MITEL}.1.2.3` },
  '1.3.6.1.2.1.1.5.0': 'plant',
  [`${MITEL}.4.1.1.2.2.1.0`]: 2,
  [`${MITEL}.4.1.1.2.1.2.1.0`]: 2500,
  [`${MITEL}.4.1.1.2.1.2.2.0`]: 1877,
});

/** A Linux server of the maker with its applications; the index is the length of the product's OID, and the OID. */
export function linuxVariables(): Record<string, LabVariable> {
  const cell = (column: number, product: string) =>
    `${MITEL}.4.1.2.1.1.1.${column}.${product.split('.').length}.${product}`;
  const applications = [
    [`${MITEL}.1.6.1`, 'Mitel Standard Linux', '10.5.19.0'],
    [`${MITEL}.1.7.1`, 'MiVoice Border Gateway', '11.5.0.89'],
    [`${MITEL}.1.7.5`, 'MiVoice Business', '9.4.1.17'],
  ] as const;
  return {
    '1.3.6.1.2.1.1.1.0': 'VerAg:05.05.57.00.01;VerHw:x86_64;VerSw:10.05.19.00.00',
    '1.3.6.1.2.1.1.2.0': { oid: `${MITEL}.1.6.1` },
    ...Object.fromEntries(
      applications.flatMap(([product, name, version]) => [
        [cell(3, product), name],
        [cell(4, product), version],
      ]),
    ),
  };
}

/** Starts all of it. The folder takes the exports; port 0 (the default) takes a free one. */
export async function startMiVoiceBusiness(options: {
  users: number;
  folder: string;
  host?: string;
  seed?: number;
  ports?: { admin?: number; sip?: number; smdr?: number; snmp?: number };
  variables?: Record<string, LabVariable>;
}): Promise<LabMiVoiceBusiness> {
  const { users, folder, host = '127.0.0.1', seed = 2, ports = {} } = options;
  const forms = await writeFormExports(folder, { users, seed });
  const sip = await startSip({ banner: 'Mitel-3300-ICP 8.0.9.18', host, port: ports.sip ?? 0 });
  const site = await startSite({
    title: 'Mitel | MiVoice Business',
    loginPath: '/esm_loginMain.htm',
    server: 'GoAhead-Webs',
    user: 'installer',
    password: 'lab-password',
    lockAfter: 3,
    host,
    port: ports.admin ?? 0,
  });
  const smdr = await startSmdr({ host, port: ports.smdr ?? 0 });
  const variables = options.variables ?? callServerVariables();
  const agent = await startAgent({ community: 'lab', variables, host, port: ports.snmp ?? 0 });
  return {
    connection: {
      folder,
      host,
      adminPort: site.port,
      snmpPort: agent.port,
      snmpCommunity: 'lab',
      smdr: { port: smdr.port },
    },
    forms,
    sip,
    site,
    smdr,
    agent,
    async stop() {
      await Promise.all([sip.stop(), site.stop(), smdr.stop(), agent.stop()]);
    },
  };
}
