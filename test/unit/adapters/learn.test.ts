/** Recognising what the attributes of a directory hold. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learnMapping, type Sample } from '#pbx-adapters/mivoice-5000/learn.ts';
import { masked, shapeOf } from '#pbx-adapters/mivoice-5000/shapes.ts';
import { generatePeople } from '#test/lab/people.ts';

const people = [...generatePeople({ count: 100, seed: 5 })];
const samplesOf = (make: (person: (typeof people)[number]) => Record<string, string | undefined>): Sample[] =>
  people.map((person) => {
    const pairs = Object.entries(make(person)).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return new Map(pairs);
  });

describe('learning a mapping', () => {
  it('goes by the usual names where the values fit', () => {
    const { mapping } = learnMapping(
      samplesOf((person) => ({
        objectGUID: person.uuid.replaceAll('-', ''),
        displayName: person.name,
        cn: person.loginId,
        givenName: person.firstName,
        sn: person.lastName,
        mail: person.email,
        telephoneNumber: person.workPhone,
        ipPhone: person.extension,
        mobile: person.mobilePhone,
        department: person.department,
        sAMAccountName: person.loginId,
      })),
    );
    expect(mapping).toMatchObject({
      key: ['objectGUID'],
      name: ['displayName'],
      firstName: ['givenName'],
      lastName: ['sn'],
      email: ['mail'],
      workPhone: ['telephoneNumber'],
      extension: ['ipPhone'],
      mobilePhone: ['mobile'],
      department: ['department'],
      loginId: ['sAMAccountName'],
    });
  });

  it('goes by the values where the names say nothing', () => {
    const { mapping } = learnMapping(
      samplesOf((person) => ({
        cn: person.name,
        attr1: person.extension,
        attr2: person.workPhone,
        attr3: person.email,
        attr7: person.firstName,
        attr8: person.lastName,
        attr9: person.index % 2 === 0 ? 'A' : 'B',
      })),
    );
    expect(mapping).toEqual({
      name: ['cn'],
      extension: ['attr1'],
      workPhone: ['attr2'],
      email: ['attr3'],
      firstName: ['attr7'],
      lastName: ['attr8'],
    });
  });

  it('adds the attribute of a second record type, and no attribute that stands beside the first', () => {
    const { mapping } = learnMapping(
      samplesOf((person) =>
        person.index % 4 === 0
          ? { cn: person.name, attr1: person.extension }
          : { cn: person.name, telephoneNumber: person.extension, attr2: `9${person.extension}` },
      ),
    );
    expect(mapping.extension).toEqual(['telephoneNumber', 'attr1']);
  });

  it('counts what it found and shows nobody’s real value', () => {
    const learned = learnMapping(
      samplesOf((person) => ({ cn: person.name, mail: person.email, attr1: person.extension })),
    );
    expect(learned.sampled).toBe(100);
    const email = learned.proposals.find((proposal) => proposal.field === 'email');
    expect(email?.found).toBe(people.filter((person) => person.email !== undefined).length);
    const text = JSON.stringify(learned);
    for (const person of people) {
      expect(text).not.toContain(person.lastName);
      if (person.email) expect(text).not.toContain(person.email);
    }
  });

  it('gives the same mapping in whatever order attributes and samples come', () => {
    const samples = samplesOf((person) => ({
      cn: person.name,
      attr1: person.extension,
      attr2: person.extension.split('').toReversed().join(''),
      attr3: person.workPhone,
      attr4: person.mobilePhone,
    }));
    const expected = learnMapping(samples).mapping;
    fc.assert(
      fc.property(fc.shuffledSubarray(samples, { minLength: samples.length }), fc.boolean(), (shuffled, backwards) => {
        const turned = backwards ? shuffled.map((sample) => new Map([...sample].toReversed())) : shuffled;
        expect(learnMapping(turned).mapping).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('whatever the attributes are called and hold, a mapping comes out in which each serves one field', () => {
    const sample = fc
      .dictionary(fc.string({ maxLength: 12 }), fc.string({ maxLength: 30 }))
      .map((one) => new Map(Object.entries(one)));
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 12 }), (samples) => {
        const used = Object.values(learnMapping(samples).mapping).flat();
        expect(new Set(used).size).toBe(used.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('shapes', () => {
  it.each([
    ['0012', '9999'],
    ['Müller', 'Aaaaaa'],
    ['a.b@c.de', 'a.a@a.aa'],
    ['王 伟', 'x x'],
  ])('%s is shown as %s', (value, example) => {
    expect(masked(value)).toBe(example);
  });

  it('count coverage over entries and difference over values', () => {
    expect(shapeOf(['1001', '1001', '1002'], 6)).toMatchObject({
      coverage: 0.5,
      distinct: 2 / 3,
      ratios: { extension: 1 },
    });
  });
});
