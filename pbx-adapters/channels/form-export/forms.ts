/** The forms that are read, and the words their header lines use. Header names differ by release, so all known are taken. */

/** A field of a person in a form export. */
export type FormField =
  | 'guid'
  | 'number'
  | 'name'
  | 'firstName'
  | 'lastName'
  | 'email'
  | 'department'
  | 'loginId'
  | 'mobilePhone'
  | 'workPhone'
  | 'privacy'
  | 'device';

export type FormName = 'users' | 'directory';

/** The forms as the PBX calls them. */
export const FORM_TITLES: Readonly<Record<FormName, string>> = {
  users: 'User and Services Configuration',
  directory: 'Telephone Directory',
};

const synonyms: Readonly<Record<FormField, readonly string[]>> = {
  guid: ['guid', 'user guid', 'user id guid', 'uuid', 'pbx user id'],
  number: [
    'number',
    'directory number',
    'dn',
    'prime dn',
    'primary dn',
    'extension',
    'extension number',
    'phone number',
    'service number',
    'telephone number',
  ],
  name: ['name', 'user name', 'full name', 'display name', 'name last first', 'last name first name'],
  firstName: ['first name', 'firstname', 'given name'],
  lastName: ['last name', 'lastname', 'surname', 'family name'],
  email: ['email', 'e mail', 'email address', 'e mail address', 'user email', 'mail'],
  department: ['department', 'department name', 'dept'],
  loginId: ['login id', 'login', 'user login id', 'desktop login id', 'user login'],
  mobilePhone: ['mobile', 'mobile number', 'mobile phone', 'mobile phone number', 'cell phone', 'cell number'],
  workPhone: ['did', 'did number', 'ddi', 'direct inward dialing number', 'public number', 'work phone', 'work number'],
  privacy: ['privacy', 'private', 'number privacy', 'name privacy'],
  device: [
    'device type',
    'service type',
    'phone service',
    'device',
    'home element',
    'service level',
    'class of service',
  ],
};

const fieldByHeader: ReadonlyMap<string, FormField> = new Map(
  Object.entries(synonyms).flatMap(([field, names]) => names.map((name) => [name, field as FormField] as const)),
);

/** Which column holds which field; null for a column that is not known and is ignored. */
export interface FormHeader {
  form: FormName;
  columns: readonly (FormField | null)[];
}

/**
 * Whether these cells are a header line, and of which form: it needs a column for the number (or the GUID) and one for a
 * name. Fields that only the one form has decide which form it is.
 */
export function recogniseHeader(cells: readonly string[]): FormHeader | undefined {
  const found = cells.map((cell) => fieldByHeader.get(plain(cell)) ?? null);
  // The first column of a name counts; a second one is something else, such as the number of a mailbox.
  const columns = found.map((field, at) => (field !== null && found.indexOf(field) === at ? field : null));
  const has = (field: FormField) => columns.includes(field);
  if (!has('number') && !has('guid')) return undefined;
  if (!has('name') && !has('lastName')) return undefined;
  const ofUsers = has('email') || has('loginId') || has('device') || has('guid');
  return { form: ofUsers && !has('privacy') ? 'users' : 'directory', columns };
}

/** Header words without case, marks and doubled blanks: `E-Mail_Address*` is `e mail address`. */
const plain = (cell: string): string =>
  cell
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
