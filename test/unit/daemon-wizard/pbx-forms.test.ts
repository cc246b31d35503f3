import { describe, expect, test } from 'vitest';
import { PbxTypesAnswer } from '#contract/wizard/pbx.ts';
import { PbxType } from '#contract/words.ts';
import { irregularCsv } from '#daemon/wizard/irregular-csv.ts';
import { pbxTypes } from '#daemon/wizard/pbx-forms.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';

const EXAMPLES: Readonly<Record<string, unknown>> = {
  host: 'pbx.example',
  user: 'demarc',
  password: 'secret',
  baseDn: 'ou=people',
};

describe('the forms of the PBX families', () => {
  const { types } = PbxTypesAnswer.parse(pbxTypes('/var/lib/demarc/exports/pbx-1'));

  test('every family has one, with something to prepare', () => {
    expect(types.map(({ type }) => type)).toEqual(PbxType.options);
    for (const { prerequisites, groups } of types) {
      expect(prerequisites.length).toBeGreaterThan(0);
      expect(groups[0]?.main).toBe(true);
    }
  });

  test.each(types.map((type) => [type.type, type] as const))(
    'what %s asks for is enough, defaults included',
    (type, form) => {
      const fields = form.groups.filter(({ main }) => main).flatMap((group) => group.fields);
      const filled = fields.flatMap(({ name, required, default: fallback }) => {
        const value = fallback ?? (required ? EXAMPLES[name] : undefined);
        return value === undefined ? [] : [[name, value] as const];
      });
      expect(
        fields.filter(({ required }) => required).every(({ name }) => filled.some(([known]) => known === name)),
      ).toBe(true);
      expect(adapterTypes[type].connection.safeParse(Object.fromEntries(filled)).error?.issues ?? []).toEqual([]);
    },
  );

  test('every secret is asked for as a password, and no other field is', () => {
    for (const { groups, secretNames } of types) {
      const passwords = groups.flatMap(({ fields }) => fields.filter(({ kind }) => kind === 'password'));
      expect(passwords.map(({ name }) => name).sort()).toEqual([...secretNames].sort());
    }
  });
});

test('the list of irregular users is a file that a spreadsheet takes for no program', async () => {
  const users = async function* () {
    yield {
      key: '1',
      name: '=cmd|"x"',
      extension: '1001',
      workPhone: '+43 1 234',
      irregularities: ['no-email' as const],
    };
  };
  const text = (await collected(irregularCsv(users()))).join('');
  expect(text.split('\r\n')[1]).toBe(`1001,"'=cmd|""x""",,+43 1 234,,,,1,no-email`);
});

async function collected(parts: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const part of parts) all.push(part);
  return all;
}
