/** Which tunnels a gateway may have: what its PBXs and their platforms offer, and nothing else. */
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { StartPath, TunnelKind, TunnelRow } from '#contract/tunnels.ts';
import { entriesOf, hostOf, START_PATHS, TUNNEL_NAMES, type TunnelPbx } from '#daemon/tunnels/entries.ts';

const pbx = (type: TunnelPbx['type'], connection: Record<string, unknown>): TunnelPbx => ({
  id: ulid(),
  type,
  name: 'Plant',
  connection,
});

test('each family has its own, all stopped and none for the cloud to start; the platform of a MiVoice Business has two', () => {
  const business = pbx('mivoice-business', { host: '192.0.2.22' });
  const mxOne = pbx('mx-one', { host: '192.0.2.30', port: 2222 });
  const entries = entriesOf([business, mxOne], []);
  expect(entries.map(({ pbx: id, kind, port }) => [id === business.id, TUNNEL_NAMES[kind], port])).toEqual([
    [true, 'Administration web interface', 443],
    [true, 'REST interface', 443],
    [true, 'Server Manager', 443],
    [true, 'Server Manager REST interface', 443],
    [false, 'Administration web interface', 443],
    [false, 'SSH', 2222],
  ]);
  expect(entries.every(({ started, cloudMayStart }) => !started && !cloudMayStart)).toBe(true);
  for (const { id } of entries) expect(TunnelRow.shape.id.safeParse(id).success).toBe(true);
});

test('what the site has set stays, its address wins, and of a PBX that is gone nothing is left', () => {
  const business = pbx('mivoice-business', { host: '192.0.2.22' });
  const [entry] = entriesOf([business], []).filter(({ kind }) => kind === 'manager');
  if (entry === undefined) throw new Error('no entry');
  expect(hostOf(entry, business)).toBe('192.0.2.22');
  const set = { ...entry, host: '192.0.2.23', started: true };
  const found = entriesOf([business], [set]).find(({ id }) => id === entry.id);
  expect(found).toEqual(set);
  expect(hostOf(set, business)).toBe('192.0.2.23');
  expect(entriesOf([], [set])).toEqual([]);
  expect(hostOf(entry, pbx('mivoice-business', {}))).toBeUndefined();
});

test('only a path of the system’s own may be where a session begins', () => {
  expect(TunnelKind.options.map((kind) => START_PATHS[kind])).toEqual([
    undefined,
    undefined,
    undefined,
    '/server-manager',
    undefined,
  ]);
  for (const path of Object.values(START_PATHS)) expect(StartPath.safeParse(path).success).toBe(true);
  for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example', '', 'server', '/a?b', '/a\nb']) {
    expect([path, StartPath.safeParse(path).success]).toEqual([path, false]);
  }
});
