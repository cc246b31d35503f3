/**
 * The forms of the PBX families for the wizard: which settings an installer is asked for, in which order and words (ONB-20
 * to ONB-25). What a setting may be comes from the adapter's own schema. Loaded when a form is first shown.
 */
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { PbxFormField, PbxFormGroup, PbxTypesAnswer } from '#contract/wizard/pbx.ts';
import { PBX_TYPE_NAMES, PbxType } from '#contract/words.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';

type Row = readonly [name: string, label: string, hint?: string];
interface Group {
  id: string;
  title: string;
  main?: true;
  rows: readonly Row[];
}
interface Form {
  tips: readonly string[];
  groups: readonly Group[];
  /** Settings that the schema leaves free because it knows a default that an installer has to confirm. */
  required?: readonly string[];
}

const TLS_HINT = 'StartTLS encrypts on the usual port, LDAPS on a port of its own; “none” sends the password in clear.';

/** ONB-22 asks for these passwords; that nothing takes them yet must be said where they are asked for. */
const KEPT_ONLY = 'May stay empty. Kept encrypted on this gateway and not used: no interface that takes it is public.';

const directoryRows = (prefix: string): readonly Row[] => [
  [`${prefix}host`, 'Directory address', 'Host name or IP address.'],
  [`${prefix}port`, 'Port', '389, or 636 with LDAPS, when left empty.'],
  [`${prefix}tls`, 'Encryption', TLS_HINT],
  [`${prefix}baseDn`, 'Base DN', 'Where in the directory the people are, such as ou=people,dc=example,dc=com.'],
  [`${prefix}bindDn`, 'Log-in (bind DN)', 'An account that may only read; empty for anonymous.'],
];

const FORMS: Readonly<Record<PbxType, Form>> = {
  'mivoice-business': {
    tips: [
      'Where the PBX has a gateway blade or runs on a platform that hosts Demarc, install Demarc there: it is then beside the PBX.',
      'Upload the exports here, or have them copied into the folder by SFTP; the newest complete file of each form counts.',
    ],
    required: ['folder'],
    groups: [
      {
        id: 'exports',
        title: 'Form exports',
        main: true,
        rows: [
          ['folder', 'Folder of the exports', 'A folder on this gateway; files that you upload here are put into it.'],
          [
            'country',
            'Country of the site',
            'Two letters, for numbers without a country code; that of the site when empty.',
          ],
        ],
      },
      {
        id: 'pbx',
        title: 'The PBX itself',
        main: true,
        rows: [
          ['host', 'PBX IP or FQDN', 'For version, licences and calls; the users come from the exports.'],
          ['adminPort', 'Port of its administration page'],
        ],
      },
      {
        id: 'companions',
        title: 'Border gateway and MiCollab',
        rows: [
          ['mbgHost', 'MBG IP or FQDN', 'The MiVoice Border Gateway: looked at by SIP and at its page.'],
          ['mbgPassword', 'MBG Password', KEPT_ONLY],
          ['mbgSipPort', 'SIP port of the MBG'],
          ['mbgPort', 'HTTPS port of the MBG'],
          ['micollabHost', 'MiCollab IP or FQDN', 'A name must lead to its address on the local network.'],
          ['micollabPassword', 'MiCollab Password', KEPT_ONLY],
          ['micollabPort', 'HTTPS port of MiCollab'],
        ],
      },
      {
        id: 'snmp',
        title: 'SNMP: version, alarms and licences',
        rows: [
          ['snmpCommunity', 'Read community', 'SNMP v2c; switch SNMP on in the PBX first.'],
          ['snmpUser', 'User (SNMP v3)'],
          ['snmpAuthPassword', 'Authentication password'],
          ['snmpPrivPassword', 'Privacy password'],
          ['snmpPort', 'SNMP port'],
        ],
      },
      {
        id: 'smdr',
        title: 'Call records (SMDR)',
        rows: [
          ['smdr.port', 'Port', 'TCP 1752 unless it was moved.'],
          ['smdr.timeZone', 'Time zone of the PBX’s clock', 'Such as Europe/Vienna.'],
        ],
      },
    ],
  },
  'mivoice-5000': {
    tips: [
      'Leave the mapping of attributes to the first sync: it looks at samples and shows what it chose.',
      'A size limit of the directory cuts off large sites: allow paged results for this account.',
    ],
    groups: [
      {
        id: 'directory',
        title: 'Directory',
        main: true,
        rows: [
          ...directoryRows(''),
          ['password', 'Password', 'Kept encrypted on this gateway; never sent to the cloud.'],
        ],
      },
      {
        id: 'more',
        title: 'More about the directory',
        rows: [
          ['caPem', 'Certificate of its CA', 'PEM text, where the certificate is not from a public authority.'],
          ['filter', 'Search filter', 'Such as (mail=*); empty for all people.'],
          ['declaredVersion', 'Release of the PBX', 'As Web Admin shows it: the directory does not tell it.'],
          ['adminPort', 'HTTPS port of Web Admin', 'The test then looks at its first page.'],
        ],
      },
    ],
  },
  'mivoice-office-400': {
    tips: [
      'The access account needs a profile with third-party CTI (CloudLink access on newer releases); never use “admin”.',
      'E-mail addresses are in neither CSTA nor the phone book: export the users as CSV for them.',
    ],
    required: ['port', 'user', 'password'],
    groups: [
      {
        id: 'csta',
        title: 'CSTA',
        main: true,
        rows: [
          ['host', 'PBX IP or FQDN'],
          ['port', 'CSTA port', '7001 unless it was moved; the CSTA service must be on.'],
          ['user', 'System user name', 'The access account that was made for Demarc.'],
          ['password', 'System password', 'Kept encrypted on this gateway; never sent to the cloud.'],
        ],
      },
      {
        id: 'phoneBook',
        title: 'LDAP phone book: names',
        rows: [...directoryRows('phoneBook.'), ['phoneBookPassword', 'Password of the phone book']],
      },
      {
        id: 'export',
        title: 'Export of WebAdmin: e-mail addresses and direct-dial numbers',
        rows: [
          ['folder', 'Folder of the export', 'A folder on this gateway; files that you upload here are put into it.'],
        ],
      },
      {
        id: 'more',
        title: 'Calls and release',
        rows: [
          ['activity.maxPhones', 'Phones to count calls of', 'Each takes a CSTA licence; empty to count none.'],
          ['declaredVersion', 'Release of the PBX', 'As WebAdmin shows it: no interface tells it.'],
        ],
      },
    ],
  },
  'mx-one': {
    tips: [
      'Two refused log-ins end the tries until the password is entered again, so that the account is not locked.',
      'Run Connect once without a fingerprint: it shows the one that the node has; compare it there, then enter it.',
    ],
    groups: [
      {
        id: 'node',
        title: 'Service Node',
        main: true,
        rows: [
          ['host', 'Service Node IP or FQDN'],
          ['port', 'SSH port'],
          ['user', 'System user name', 'An account that may run mdsh.'],
          ['password', 'System password', 'Kept encrypted on this gateway; never sent to the cloud.'],
          ['hostKeyFingerprint', 'Fingerprint of its host key', 'SHA256:…, as ssh-keygen -l prints it on the node.'],
          ['nameOrder', 'Order of names', 'Which of name1 and name2 is the first name at this site.'],
        ],
      },
      {
        id: 'directory',
        title: 'Directory: e-mail addresses',
        rows: [
          ...directoryRows('directory.'),
          ['directoryPassword', 'Password of the directory'],
          [
            'directory.caPem',
            'Certificate of its CA',
            'PEM text, where the certificate is not from a public authority.',
          ],
        ],
      },
      {
        id: 'manager',
        title: 'Provisioning Manager',
        rows: [
          ['manager.host', 'Address', 'That of the Service Node when left empty.'],
          ['manager.port', 'HTTPS port'],
          ['manager.user', 'User'],
          ['managerPassword', 'Password of the Provisioning Manager'],
          ['manager.certificateFingerprint', 'Fingerprint of its certificate', 'As the test shows it.'],
        ],
      },
      {
        id: 'activity',
        title: 'Calls (CSTA)',
        rows: [
          ['activity.port', 'CSTA port', 'Usually 8882.'],
          ['activity.maxPhones', 'Phones to count calls of'],
        ],
      },
    ],
  },
};

/** The part of JSON Schema that forms need. */
interface Shape {
  type?: string;
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Shape>;
}

const Shape: z.ZodType<Shape> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    enum: z.array(z.string()).optional(),
    default: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    maxLength: z.number().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), Shape).optional(),
  }),
) as z.ZodType<Shape>;

const shapeOf = (type: PbxType): Shape =>
  Shape.parse(z.toJSONSchema(adapterTypes[type].connection, { io: 'input', unrepresentable: 'any' }));

/** Longer than a line: shown as a box. */
const BOX_FROM = 10_000;

const OPTION_LABELS: Readonly<Record<string, string>> = {
  none: 'none',
  starttls: 'StartTLS',
  ldaps: 'LDAPS',
  'first-last': 'name1 is the first name',
  'last-first': 'name2 is the first name',
};

/** The forms of all families. `folder` proposes where the exports of a new PBX are put. */
export function pbxTypes(folder: string): PbxTypesAnswer {
  return {
    types: PbxType.options.map((type) => {
      const { prerequisites, gives, secretNames } = adapterTypes[type];
      const groups = groupsOf(type, folder);
      return {
        type,
        name: PBX_TYPE_NAMES[type],
        prerequisites: [...prerequisites],
        tips: [...FORMS[type].tips],
        gives: Object.fromEntries(Object.entries(gives).map(([name, given]) => [name, { ...given }])),
        groups,
        secretNames: [...secretNames],
        takesExports: groups.some(({ fields }) => fields.some(({ name }) => name === 'folder')),
      };
    }),
  };
}

function groupsOf(type: PbxType, folder: string): PbxFormGroup[] {
  const { groups, required = [] } = FORMS[type];
  const { secretNames } = adapterTypes[type];
  const whole = shapeOf(type);
  return groups.map(({ id, title, main = false, rows }) => ({
    id,
    title,
    main,
    fields: rows.map(([name, label, hint = '']): PbxFormField => {
      const { shape, isRequired } = find(whole, name);
      const fallback = name === 'folder' && main ? folder : shape.default;
      const known = typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean';
      return {
        name,
        label,
        hint,
        kind: secretNames.includes(name) ? 'password' : kindOf(shape),
        required: isRequired || required.includes(name),
        ...(known ? { default: fallback } : {}),
        ...(shape.enum
          ? { options: shape.enum.map((value) => ({ value, label: OPTION_LABELS[value] ?? value })) }
          : {}),
        ...(shape.minimum === undefined ? {} : { min: shape.minimum }),
        ...(shape.maximum === undefined ? {} : { max: shape.maximum }),
        ...(shape.maxLength === undefined ? {} : { maxLength: shape.maxLength }),
      };
    }),
  }));
}

/** The schema of a setting by its dotted name. @throws DemarcError `internal` when the adapter has no such setting */
function find(whole: Shape, name: string): { shape: Shape; isRequired: boolean } {
  const [first = '', ...rest] = name.split('.');
  const shape = whole.properties?.[first];
  if (shape === undefined) throw new DemarcError('internal', `no setting ${name}`);
  if (rest.length === 0) return { shape, isRequired: whole.required?.includes(first) ?? false };
  // The phone book has the settings of a directory, which its schema does not repeat.
  return find(first === 'phoneBook' ? shapeOf('mivoice-5000') : shape, rest.join('.'));
}

function kindOf({ type, enum: options, maxLength }: Shape): PbxFormField['kind'] {
  if (options !== undefined) return 'select';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'checkbox';
  if (type === 'array') return 'list';
  return maxLength !== undefined && maxLength > BOX_FROM ? 'multiline' : 'text';
}
