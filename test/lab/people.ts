/** Generated people of a telephone system: the same seed gives the same people, on every machine. */

/** What is wrong with some of the people, as shares from 0 to 1. */
export interface Irregularities {
  missingEmail: number;
  sharedEmail: number;
  invalidEmail: number;
  duplicateExtension: number;
}

const USUAL: Irregularities = { missingEmail: 0.01, sharedEmail: 0.02, invalidEmail: 0.005, duplicateExtension: 0.003 };

export interface LabPerson {
  /** Counts from 0. */
  index: number;
  uuid: string;
  firstName: string;
  lastName: string;
  /** First and last name in the order in which they are said. */
  name: string;
  email?: string;
  /** Digits, with leading zeros. */
  extension: string;
  /** With country code. */
  workPhone?: string;
  mobilePhone?: string;
  department: string;
  loginId: string;
}

const NAMES: readonly (readonly [string, string])[] = [
  ['Anna', 'Müller'],
  ['Seán', "O'Brien"],
  ['François', 'Lefèvre'],
  ['Zoë', 'van der Berg'],
  ['Łukasz', 'Żółkiewski'],
  ['Dvořák', 'Jiří'],
  ['Ağça', 'Işık'],
  ['Ольга', 'Смирнова'],
  ['Νίκος', 'Παπαδόπουλος'],
  ['محمد', 'الهاشمي'],
  ['שרה', 'כהן'],
  ['花子', '山田'],
  ['伟', '王'],
  ['민수', '김'],
  ['สมชาย', 'ใจดี'],
  ['अनीता', 'शर्मा'],
  ['María José', 'García-López'],
  ['Jean-Luc', 'D’Artagnan'],
  ['Bjørn', 'Ångström'],
  ['Nguyễn', 'Thị Hương'],
  ['Robin 🎧', 'Fischer'],
  ['João', 'da Conceição'],
  ['Þóra', 'Guðmundsdóttir'],
  ['Ion', 'Ștefănescu'],
  ['Chloé', 'de La Tour'],
];

/** Names that fit Windows-1252, for exports of old systems. */
const WESTERN_NAMES = NAMES.filter(([first, last]) => /^[\u0020-\u00ff’]+$/.test(first + last));

const DEPARTMENTS = [
  'Sales',
  'Müller & Partner',
  'Einkauf',
  'Comptabilité',
  '開発',
  'Support, Level 2',
  'Производство',
];
const WESTERN_DEPARTMENTS = ['Sales', 'Müller & Partner', 'Einkauf', 'Comptabilité', 'Support, Level 2'];

/** Makes `count` people one by one, so that 100,000 need no memory. */
export function* generatePeople(options: {
  count: number;
  seed?: number;
  irregular?: Partial<Irregularities>;
  /** Only letters of Windows-1252. */
  western?: boolean;
}): Generator<LabPerson, void, void> {
  const irregular = { ...USUAL, ...options.irregular };
  const names = options.western ? WESTERN_NAMES : NAMES;
  const departments = options.western ? WESTERN_DEPARTMENTS : DEPARTMENTS;
  const random = generator(options.seed ?? 1);
  const digits = Math.max(4, String(options.count).length);
  for (let index = 0; index < options.count; index += 1) {
    const [firstName, lastName] = names[Math.floor(random() * names.length)] ?? ['Anna', 'Müller'];
    const duplicate = index > 0 && random() < irregular.duplicateExtension;
    const extension = String(duplicate ? index - 1 : index).padStart(digits, '0');
    const email = emailOf(index, random(), irregular);
    yield {
      index,
      uuid: uuidOf(index, options.seed ?? 1),
      firstName,
      lastName,
      name: `${firstName} ${lastName}`,
      ...(email === undefined ? {} : { email }),
      extension,
      ...(random() < 0.8 ? { workPhone: `+49 30 9018 ${extension}` } : {}),
      ...(random() < 0.5 ? { mobilePhone: `+49 151 ${String(10_000_000 + index)}` } : {}),
      department: departments[index % departments.length] ?? 'Sales',
      loginId: `user${index}`,
    };
  }
}

function emailOf(index: number, chance: number, irregular: Irregularities): string | undefined {
  let limit = irregular.missingEmail;
  if (chance < limit) return undefined;
  limit += irregular.sharedEmail;
  if (chance < limit) return `team${index % 3}@example.org`;
  limit += irregular.invalidEmail;
  if (chance < limit) return `person ${index} at example`;
  return `person${index}@example.org`;
}

const uuidOf = (index: number, seed: number): string =>
  `${seed.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
