/** The forms that are read, and the words their header lines use. Header names differ by release, so all known are taken. */

/** A field of a person, or of a direct-dial number, in a form export. */
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
  | 'device'
  | 'did'
  | 'didEnd'
  | 'destination'
  | 'entryType';

export type FormName = 'users' | 'directory' | 'numbers';

/** The forms as the PBX calls them. */
export const FORM_TITLES: Readonly<Record<FormName, string>> = {
  users: 'User and Services Configuration',
  directory: 'Telephone Directory',
  numbers: 'Direct Inward Dialing Service',
};

type NumberField = 'did' | 'didEnd' | 'destination' | 'entryType';

const synonyms: Readonly<Record<Exclude<FormField, NumberField>, readonly string[]>> = {
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

/** The columns of the numbers form. Some words mean something else in the forms of people, so they are apart. */
const numberSynonyms: Readonly<Record<NumberField, readonly string[]>> = {
  did: [
    'did',
    'ddi',
    'did number',
    'ddi number',
    'did start',
    'did range start',
    'start did',
    'did digits',
    'direct inward dialing number',
    'direct inward dialing service number',
    'incoming digits',
    'dialed in number',
  ],
  didEnd: ['did end', 'did range end', 'end did', 'did number end', 'last did', 'ddi end'],
  destination: [
    'destination',
    'destination number',
    'destination directory number',
    'destination dn',
    'target',
    'target number',
    'associated directory number',
    'directory number',
    'extension',
    'extension number',
    'number',
    'dn',
  ],
  entryType: ['type', 'entry type', 'service type', 'destination type', 'number type', 'usage'],
};

const byHeader = (fields: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, FormField> =>
  new Map(Object.entries(fields).flatMap(([field, names]) => names.map((name) => [name, field as FormField] as const)));

const fieldByHeader = byHeader(synonyms);
const numberFieldByHeader = byHeader(numberSynonyms);

/** Which column holds which field; null for a column that is not known and is ignored. */
export interface FormHeader {
  form: FormName;
  columns: readonly (FormField | null)[];
}

/**
 * Whether these cells are a header line, and of which form. People need a column for the number (or the GUID) and one for
 * a name; fields that only the one form has decide which form it is. Direct-dial numbers need the number and where it
 * leads, and nothing about a person.
 */
export function recogniseHeader(cells: readonly string[]): FormHeader | undefined {
  const columns = columnsOf(cells, fieldByHeader);
  const has = (field: FormField) => columns.includes(field);
  const isOfPeople = has('name') || has('firstName') || has('lastName') || has('email') || has('loginId');
  if (!isOfPeople) return numbersHeader(cells);
  if (!has('number') && !has('guid')) return undefined;
  if (!has('name') && !has('lastName')) return undefined;
  const ofUsers = has('email') || has('loginId') || has('device') || has('guid');
  return { form: ofUsers && !has('privacy') ? 'users' : 'directory', columns };
}

function numbersHeader(cells: readonly string[]): FormHeader | undefined {
  const columns = columnsOf(cells, numberFieldByHeader);
  return columns.includes('did') && columns.includes('destination') ? { form: 'numbers', columns } : undefined;
}

/** The first column of a field counts; a second one is something else, such as the number of a mailbox. */
function columnsOf(cells: readonly string[], fields: ReadonlyMap<string, FormField>): (FormField | null)[] {
  const found = cells.map((cell) => fields.get(plain(cell)) ?? null);
  return found.map((field, at) => (field !== null && found.indexOf(field) === at ? field : null));
}

/** Header words without case, marks and doubled blanks: `E-Mail_Address*` is `e mail address`. */
const plain = (cell: string): string =>
  cell
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
