import { describe, expect, test } from 'vitest';
import type { PbxFormGroup } from '#contract/wizard/pbx.ts';
import { pbxTypes } from '#daemon/wizard/pbx-forms.ts';
import { siteTime } from '#web/kit/format/site-time.ts';
import { maskOf, prefixOf } from '#web/wizard/steps/gateway/netmask.ts';
import { connectionOf, valuesOf } from '#web/wizard/steps/pbx/connection.ts';
import { movedPorts } from '#web/wizard/steps/pbx/moved-ports.ts';
import * as german from '#web/wizard/texts/de/pbx-families.ts';

const { types } = pbxTypes('/var/lib/demarc/exports');
const groupsOf = (type: string): PbxFormGroup[] => types.find((one) => one.type === type)?.groups ?? [];

describe('the form of a PBX', () => {
  test('gives the settings that its fields lie in, and leaves out what is empty', () => {
    const groups = groupsOf('mivoice-5000');
    const values = { ...valuesOf(groups), host: ' 192.0.2.10 ', port: '389', tls: 'none', baseDn: 'o=lab' };
    expect(connectionOf(groups, values)).toEqual({ host: '192.0.2.10', port: 389, tls: 'none', baseDn: 'o=lab' });
  });

  test('a folded part counts only where something in it was filled in', () => {
    const groups = groupsOf('mx-one');
    const values = { ...valuesOf(groups), host: 'node', user: 'demarc', password: ' with spaces ' };
    expect(connectionOf(groups, values)).toEqual({ host: 'node', port: 22, user: 'demarc', password: ' with spaces ' });
    expect(connectionOf(groups, { ...values, 'directory.host': 'ldap', 'directory.baseDn': 'o=x' })).toMatchObject({
      directory: { host: 'ldap', baseDn: 'o=x', tls: 'starttls' },
    });
  });

  test('a release that is told does not switch on the counting of calls beside it', () => {
    const groups = groupsOf('mivoice-office-400');
    const values = { ...valuesOf(groups), host: 'pbx', declaredVersion: '7.0' };
    expect(connectionOf(groups, values)).toMatchObject({ declaredVersion: '7.0' });
    expect(connectionOf(groups, values)).not.toHaveProperty('activity');
  });

  test('settings that it does not show stay as they are; what was cleared goes', () => {
    const groups = groupsOf('mivoice-5000');
    const kept = { host: 'a', port: 636, tls: 'ldaps', baseDn: 'o=x', filter: '(mail=*)', mapping: { key: ['uid'] } };
    const values = { ...valuesOf(groups, kept), filter: '', host: 'b' };
    expect(connectionOf(groups, values, kept)).toEqual({
      host: 'b',
      port: 636,
      tls: 'ldaps',
      baseDn: 'o=x',
      mapping: { key: ['uid'] },
    });
  });
});

test.each(types)('German has words of its own for every field, part and line of $type', (family) => {
  const { type, groups, prerequisites, tips } = family;
  const fields: Readonly<Record<string, { label: string; hint: string }>> = german.pbxFields;
  const parts: Readonly<Record<string, string>> = german.pbxGroups;
  const lacking = groups.flatMap(({ id, fields: all }) => [
    ...((parts[`${type}.${id}`] ?? parts[id]) ? [] : [id]),
    ...all.filter(({ name }) => !(fields[`${type}.${name}`] ?? fields[name])).map(({ name }) => name),
  ]);
  expect(lacking).toEqual([]);
  const hints = groups.flatMap(({ fields: all }) =>
    all.filter(({ name, hint }) => (hint === '') !== ((fields[`${type}.${name}`] ?? fields[name])?.hint === '')),
  );
  expect(hints.map(({ name }) => name)).toEqual([]);
  expect(german.pbxPrerequisites[type]).toHaveLength(prerequisites.length);
  expect(german.pbxTips[type]).toHaveLength(tips.length);
});

test.each([
  ['255.255.255.0', 24],
  ['255.255.254.0', 23],
  ['24', 24],
  ['/16', 16],
  ['0.0.0.0', 0],
  ['255.0.255.0', undefined],
  ['255.255.255.256', undefined],
  ['33', undefined],
  ['', undefined],
])('the subnet mask %s is a prefix of %s', (mask, prefix) => {
  expect(prefixOf(mask)).toBe(prefix);
  if (prefix !== undefined) expect(prefixOf(maskOf(prefix))).toBe(prefix);
});

test('ports are read as people write them, and nothing else is', () => {
  expect(movedPorts('https=8443, sip=5070')).toEqual({ https: 8443, sip: 5070 });
  expect(movedPorts('')).toEqual({});
  for (const typed of ['8443', 'https=', 'https=70000', 'gopher=70', 'sip=1, sips=1']) {
    expect(movedPorts(typed), typed).toBeUndefined();
  }
});

test.each([
  [
    '2026-11-22T06:15:02.000Z',
    'Europe/Vienna',
    'Sunday, 22 November 2026 at 07:15:02 Central European Standard Time (UTC+01:00)',
  ],
  [
    '2026-07-01T00:00:00.000Z',
    'Europe/Vienna',
    'Wednesday, 1 July 2026 at 02:00:00 Central European Summer Time (UTC+02:00)',
  ],
  ['2026-07-01T00:00:00.000Z', 'UTC', 'Wednesday, 1 July 2026 at 00:00:00 Coordinated Universal Time (UTC+00:00)'],
])('%s in %s has weekday, date, time, zone and offset (DMN-10)', (instant, zone, said) => {
  expect(siteTime(instant, zone)).toBe(said);
});
