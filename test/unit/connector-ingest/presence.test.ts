import { describe, expect, it } from 'vitest';
import { type PresenceFacts, presenceOf } from '#connector/presence/presence.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

const facts: PresenceFacts = {
  online: 0,
  presence_since: null,
  presence_reason: null,
  last_seen_at: null,
  section_at: null,
  released_at: null,
};

const table: [string, Partial<PresenceFacts>, string, string | null][] = [
  ['was never there', {}, 'Never connected', null],
  ['is connected and told something', { online: 1, presence_since: ago(300), section_at: ago(30) }, 'Online', ago(300)],
  ['is connected and has told nothing yet', { online: 1, presence_since: ago(5) }, 'Online', ago(5)],
  ['has just come back after a week', { online: 1, presence_since: ago(1), section_at: ago(10_080) }, 'Online', ago(1)],
  [
    'told something exactly two hours ago',
    { online: 1, presence_since: ago(300), section_at: ago(120) },
    'Online',
    ago(300),
  ],
  ['told nothing for two hours', { online: 1, presence_since: ago(300), section_at: ago(121) }, 'Stale', ago(1)],
  ['never told anything in two hours', { online: 1, presence_since: ago(130) }, 'Stale', ago(10)],
  [
    'lost its connection',
    { presence_since: ago(10), last_seen_at: ago(10), presence_reason: 'connection lost' },
    'Offline',
    ago(10),
  ],
  [
    'left for an update a minute ago',
    { presence_since: ago(1), last_seen_at: ago(1), presence_reason: 'updating' },
    'Updating',
    ago(1),
  ],
  [
    'left for an update and has not come back',
    { presence_since: ago(11), last_seen_at: ago(11), presence_reason: 'updating' },
    'Offline',
    ago(11),
  ],
  [
    'came back from an update',
    { online: 1, presence_since: ago(1), section_at: ago(1), presence_reason: 'connected' },
    'Online',
    ago(1),
  ],
  ['was released while online', { online: 1, released_at: ago(3), presence_since: ago(9) }, 'Released', ago(3)],
];

describe('presenceOf', () => {
  it.each(table)('a gateway that %s', (_what, given, presence, since) => {
    expect(presenceOf({ ...facts, ...given }, NOW)).toMatchObject({ presence, since });
  });

  it('always gives the reason of an offline gateway', () => {
    const view = presenceOf({ ...facts, last_seen_at: ago(1), presence_reason: 'stopped' }, NOW);
    expect(view.reason).toBe('stopped');
  });
});
