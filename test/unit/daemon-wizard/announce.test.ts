import { describe, expect, test } from 'vitest';
import {
  type Announced,
  type Answer,
  allRecords,
  answerTo,
  isConflict,
  mustYield,
  nextName,
  normal,
} from '#daemon/announce/records.ts';

const announced: Announced = { name: 'demarc', addresses: ['192.0.2.1'], port: 9443, version: '1.2.3' };
const a = (data: string, ttl = 120): Answer => ({ name: 'Demarc.local', type: 'A', ttl, data });
const OWN = ['192.0.2.1', '198.51.100.1', 'fe80::1%eth0'].map(normal);

describe('what is said of the gateway on the network (RFC 6762)', () => {
  test('a question is answered in whatever letters it is asked, with what belongs to it', () => {
    const found = answerTo(announced, [{ name: 'DEMARC.LOCAL', type: 'A' }]);
    expect(found?.answers).toMatchObject([{ type: 'A', data: '192.0.2.1', flush: true, ttl: 120 }]);
    expect(found?.isShared).toBe(false);
    const service = answerTo(announced, [{ name: '_https._tcp.local', type: 'PTR' }]);
    expect(service).toMatchObject({ isShared: true, answers: [{ data: 'Demarc gateway demarc._https._tcp.local' }] });
    expect(service?.additionals.map(({ type }) => type)).toEqual(expect.arrayContaining(['A', 'SRV', 'TXT', 'NSEC']));
  });

  test('whoever asks for an IPv6 address that there is none of is told so, and need not wait', () => {
    expect(answerTo(announced, [{ name: 'demarc.local', type: 'AAAA' }])?.answers).toMatchObject([
      { type: 'NSEC', data: { rrtypes: ['A'] } },
    ]);
    expect(answerTo(announced, [{ name: 'other.local', type: 'A' }])).toBeUndefined();
  });

  test('what the asker has for more than half of its time is not told again', () => {
    const question = [{ name: 'demarc.local', type: 'A' as const }];
    expect(answerTo(announced, question, [a('192.0.2.1', 90)])).toBeUndefined();
    expect(answerTo(announced, question, [a('192.0.2.1', 50)])?.answers).toHaveLength(1);
    expect(answerTo(announced, question, [a('192.0.2.9', 90)])?.answers).toHaveLength(1);
  });

  test('only another machine’s address is a conflict: not our own on another card, and not a good-bye', () => {
    expect(isConflict('demarc', [a('192.0.2.9')], OWN)).toBe(true);
    expect(isConflict('demarc', [a('198.51.100.1')], OWN)).toBe(false);
    expect(isConflict('demarc', [a('192.0.2.9', 0)], OWN)).toBe(false);
    expect(isConflict('demarc', [{ name: 'demarc.local', type: 'AAAA', ttl: 120, data: 'FE80:0:0:0::1' }], OWN)).toBe(
      false,
    );
    expect(isConflict('demarc-2', [a('192.0.2.9')], OWN)).toBe(false);
  });

  test('of two that ask at once exactly one gives way, whoever looks', () => {
    const pairs: [string[], string[]][] = [
      [['192.0.2.1'], ['192.0.2.2']],
      [['192.0.2.9'], ['192.0.2.10']],
      [['192.0.2.1'], ['192.0.2.1', '192.0.2.2']],
    ];
    for (const [one, other] of pairs) {
      const [x, y] = [one.map((data) => a(data)), other.map((data) => a(data))];
      expect(mustYield(x, y)).toBe(true);
      expect(mustYield(y, x)).toBe(false);
    }
    expect(mustYield([a('192.0.2.1')], [a('192.0.2.1')])).toBe(false);
  });

  test('names go on counting from the one that was wanted', () => {
    expect(nextName('demarc', 'demarc')).toBe('demarc-2');
    expect(nextName('demarc', 'demarc-2')).toBe('demarc-3');
    expect(nextName('site-4', 'site-4-9')).toBe('site-4-10');
    expect(allRecords({ ...announced, name: 'demarc-2' }).some(({ name }) => name === 'demarc-2.local')).toBe(true);
  });
});
