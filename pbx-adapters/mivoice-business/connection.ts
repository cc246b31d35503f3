import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { SmdrAccess } from '#pbx-adapters/channels/smdr/settings.ts';
import { snmpSettings } from '#pbx-adapters/channels/snmp/settings.ts';

const Host = z
  .string()
  .trim()
  .regex(/^[^\s/]{1,253}$/, 'must be a name or an address, without anything before it');
const Port = z.int().min(1).max(65535);
const Password = z.string().min(1).max(256);
const Path = z.string().trim().min(1).max(4000).refine(isAbsolute, 'must be an absolute path');

/** Where the form exports of a MiVoice Business are and, where wanted, how the PBX itself is asked. */
export const MiVoiceBusinessConnection = z
  .strictObject({
    /** A folder into which exports are dropped; the newest complete file of each form counts. */
    folder: Path.optional(),
    /** The exports themselves: users, directory, direct-dial numbers, in any order. */
    files: z.array(Path).min(1).max(3).optional(),
    /** ISO 3166-1 alpha-2 country of the site, for numbers without a country code. */
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, 'must be two letters')
      .transform((code) => code.toUpperCase())
      .optional(),
    /** The PBX itself: for its administration page, SNMP and call records. */
    host: Host.optional(),
    /** Port of the administration page (HTTPS). */
    adminPort: Port.default(443),
    /** The border gateway beside it: SIP and its administration page are looked at. The password is kept only. */
    mbgHost: Host.optional(),
    mbgPassword: Password.optional(),
    mbgSipPort: Port.default(5060),
    mbgPort: Port.default(443),
    /** The MiCollab beside it, at its address on the local network. The password is kept only. */
    micollabHost: Host.optional(),
    micollabPassword: Password.optional(),
    micollabPort: Port.default(443),
    ...snmpSettings,
    /** Call records; left out, calls are not counted. */
    smdr: SmdrAccess.optional(),
  })
  .refine(({ folder, files }) => (folder === undefined) !== (files === undefined), {
    message: 'needs either a folder or files',
  })
  .refine(({ host, smdr, snmpCommunity, snmpUser }) => host !== undefined || !(smdr ?? snmpCommunity ?? snmpUser), {
    path: ['host'],
    message: 'SNMP and call records need the address of the PBX',
  })
  .refine(({ mbgHost, mbgPassword }) => mbgHost !== undefined || mbgPassword === undefined, {
    path: ['mbgHost'],
    message: 'a password belongs to the address of the border gateway',
  })
  .refine(({ micollabHost, micollabPassword }) => micollabHost !== undefined || micollabPassword === undefined, {
    path: ['micollabHost'],
    message: 'a password belongs to the address of MiCollab',
  })
  .refine(({ snmpUser, snmpAuthPassword }) => snmpUser !== undefined || snmpAuthPassword === undefined, {
    path: ['snmpUser'],
    message: 'SNMP passwords belong to a user',
  })
  .refine(
    ({ snmpAuthPassword, snmpPrivPassword }) => snmpAuthPassword !== undefined || snmpPrivPassword === undefined,
    {
      path: ['snmpAuthPassword'],
      message: 'SNMP encrypts only where it authenticates',
    },
  );
export type MiVoiceBusinessConnection = z.output<typeof MiVoiceBusinessConnection>;
