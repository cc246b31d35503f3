/** Every PBX family in one table: what it needs, what it gives, how to prepare it, and how its adapter is made. */
import { z } from 'zod';
import type { Clock } from '#config/clock.ts';
import { describe } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PbxType } from '#contract/words.ts';
import type { Capabilities, PbxAdapter } from './adapter.ts';
import type { LoginGuard } from './login-guard.ts';
import { MiVoice5000Adapter, miVoice5000Gives } from './mivoice-5000/adapter.ts';
import { MiVoice5000Connection } from './mivoice-5000/connection.ts';
import { MiVoiceBusinessAdapter } from './mivoice-business/adapter.ts';
import { MiVoiceBusinessConnection } from './mivoice-business/connection.ts';
import { miVoiceBusinessGives } from './mivoice-business/gives.ts';
import { MiVoiceOffice400Adapter, miVoiceOffice400Gives } from './mivoice-office-400/adapter.ts';
import { MiVoiceOffice400Connection } from './mivoice-office-400/connection.ts';
import { MxOneAdapter } from './mx-one/adapter.ts';
import { MxOneConnection } from './mx-one/connection.ts';
import { mxOneGives } from './mx-one/gives.ts';

/** What every adapter is handed. */
export interface AdapterParts {
  log: Log;
  clock: Clock;
  loginGuard: LoginGuard;
  /** A folder for small files that may be lost. */
  tempFolder?: string;
  /** Called with settings that the adapter chose by itself for a read, such as a mapping, so that they can be kept. */
  onChosen?: (settings: Record<string, unknown>) => void;
}

/** One PBX family. */
export interface AdapterType {
  type: PbxType;
  /** The settings of a link of this type, secrets included. */
  connection: z.ZodType;
  /** Fields of the settings that are kept encrypted and never leave the gateway. */
  secretNames: readonly string[];
  /** What must be done in the PBX beforehand, in the order of doing it. */
  prerequisites: readonly string[];
  gives: Capabilities;
  /** Where this link reads from, for the person who looks at it. @throws DemarcError `config.invalid` */
  address(connection: unknown): string;
  /** @throws DemarcError `config.invalid` */
  create(connection: unknown, parts: AdapterParts): PbxAdapter;
}

/** The families by type. */
export const adapterTypes: Readonly<Record<PbxType, AdapterType>> = {
  'mivoice-business': {
    type: 'mivoice-business',
    connection: MiVoiceBusinessConnection,
    secretNames: ['snmpCommunity', 'snmpAuthPassword', 'snmpPrivPassword', 'mbgPassword', 'micollabPassword'],
    prerequisites: [
      'In the System Administration Tool open “User and Services Configuration” and choose Export, all rows, CSV.',
      'Do the same with “Telephone Directory”: it completes names and departments.',
      'For the direct-dial numbers export “Direct Inward Dialing Service” with all its fields; rows of external hot desk users are left out.',
      'Put the files into the folder that is entered here; Demarc takes the newest complete file of each form.',
      'Repeat the export when people change; a scheduled copy by SFTP into the folder does as well.',
      'For version, alarms and licences: switch SNMP on (on MSL it is off, and then open to the server itself only), allow the gateway’s address, and note the community.',
      'For the count of calls: switch the records on in “SMDR Options” and in each Class of Service of trunks and extensions, and let the gateway reach TCP port 1752.',
      'Where there is a border gateway or a MiCollab: note the address that each has on the local network.',
    ],
    gives: miVoiceBusinessGives,
    address(connection) {
      const { folder, files } = parsed(MiVoiceBusinessConnection, connection);
      return folder ?? files?.join(', ') ?? '';
    },
    create: (connection, parts) => new MiVoiceBusinessAdapter(parsed(MiVoiceBusinessConnection, connection), parts),
  },
  'mivoice-5000': {
    type: 'mivoice-5000',
    connection: MiVoice5000Connection,
    secretNames: ['password'],
    prerequisites: [
      'Make an account in the directory that may only read the records of the people.',
      'Note the base DN, and whether the directory offers StartTLS (usually port 389) or LDAPS (usually port 636).',
      'With a private CA: have its certificate as a PEM file at hand.',
      'Look up in Web Admin, Directory, Parameters, Customization, what attr1 to attr10 mean at this site.',
      'To have the test look at Web Admin as well: enter its HTTPS port; only its first page is read, without a log-in.',
      'Allow paged results for the account when there are more people than the size limit of the directory.',
    ],
    gives: miVoice5000Gives,
    address(connection) {
      const { host, port } = parsed(MiVoice5000Connection, connection);
      return `${host}:${port}`;
    },
    create: (connection, parts) => new MiVoice5000Adapter(parsed(MiVoice5000Connection, connection), parts),
  },
  'mivoice-office-400': {
    type: 'mivoice-office-400',
    connection: MiVoiceOffice400Connection,
    secretNames: ['password', 'phoneBookPassword'],
    prerequisites: [
      'In WebAdmin open Configuration, IP network, IP security and enable the CSTA service; its usual port is 7001.',
      'Make a user account for Demarc whose authorization profile has “Third-party CTI” and “LDAP name service”; never use the account “admin”.',
      'To count calls as well: check in the licence page that CSTA Sessions are left, one for each phone that is watched.',
      'For names: note host, port, base DN and log-in of the LDAP phone book (IP network, LDAP server).',
      'For e-mail addresses and direct-dial numbers: export the users in WebAdmin as CSV with a header line such as Number, Name, E-mail, DDI, and put the file where the settings say.',
      'Note the release in WebAdmin: no interface tells it.',
    ],
    gives: miVoiceOffice400Gives,
    address(connection) {
      const { host, port } = parsed(MiVoiceOffice400Connection, connection);
      return `${host}:${port}`;
    },
    create: (connection, parts) => new MiVoiceOffice400Adapter(parsed(MiVoiceOffice400Connection, connection), parts),
  },
  'mx-one': {
    type: 'mx-one',
    connection: MxOneConnection,
    secretNames: ['password', 'directoryPassword', 'managerPassword'],
    prerequisites: [
      'Make an account on the Service Node that can log in by SSH with a password and may run mdsh; to read people it needs to read only.',
      'To have Demarc set SIP trunks: let this account also run number_initiate, number_data_initiate, sip_route, the route commands (ROCAI, RODAI, ROEQI, RODDI and those that end them) and data_backup.',
      'Allow the gateway to reach port 22 of the Service Node.',
      'Print the fingerprint of its host key there (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, or the file of the type that the test shows) and compare it with the one that the test of the link shows, before you confirm it.',
      'For e-mail addresses: note host, base DN and log-in of the directory (LDAP, Active Directory) that holds the people, and which attribute holds their extension.',
      'Say whether name1 or name2 is the first name at this site, if the cloud needs them apart.',
      'To have the test look at the Provisioning Manager as well: enter its HTTPS port, and its host if that is another; without a user only its first page is read.',
      'To have it tell version and build: make an account of the Provisioning Manager for Demarc, and confirm the fingerprint of its certificate that the test shows.',
      'To count calls as well: let the gateway reach the CSTA service (usually TCP port 8882), and raise the second digit of “extension --csta-support” of the extensions to 1 at least; it is 0 by default, and then no third party sees their calls.',
    ],
    gives: mxOneGives,
    address(connection) {
      const { host, port } = parsed(MxOneConnection, connection);
      return `${host}:${port}`;
    },
    create: (connection, parts) => new MxOneAdapter(parsed(MxOneConnection, connection), parts),
  },
};

function parsed<S extends z.ZodType>(schema: S, connection: unknown): z.output<S> {
  const result = schema.safeParse(connection);
  if (result.success) return result.data;
  throw new DemarcError('config.invalid', describe(result.error));
}
