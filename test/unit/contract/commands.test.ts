import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Permission, ROLE_PERMISSIONS } from '#contract/access.ts';
import { CommandState, commands, isFinal, mayMove } from '#contract/commands.ts';

const state = fc.constantFrom(...CommandState.options);

describe('states of a command', () => {
  test('exactly six states are final', () => {
    expect(CommandState.options.filter(isFinal)).toEqual([
      'succeeded',
      'failed',
      'rejected',
      'timed_out',
      'canceled',
      'expired',
    ]);
  });

  test('nothing leaves a final state', () => {
    fc.assert(fc.property(state, state, (from, to) => !isFinal(from) || !mayMove(from, to)));
  });

  test('only progress repeats a state', () => {
    for (const one of CommandState.options) expect(mayMove(one, one)).toBe(one === 'running');
  });

  test('news in any order and number ends in the same final state as long as there is only one', () => {
    const apply = (news: CommandState[]) =>
      news.reduce<CommandState>((current, next) => (mayMove(current, next) ? next : current), 'queued');
    const final = fc.constantFrom(...CommandState.options.filter(isFinal));
    const story = final.chain((end) =>
      fc
        .shuffledSubarray<CommandState>(['sent', 'accepted', 'running', 'running', end, end])
        .map((news) => ({ news, end })),
    );
    fc.assert(fc.property(story, ({ news, end }) => !news.includes(end) || apply(news) === end));
  });
});

describe('rights', () => {
  test('every command names a right that exists', () => {
    for (const { permission } of Object.values(commands)) expect(Permission.options).toContain(permission);
  });

  test('a plain user may do nothing in the console, a partner everything', () => {
    expect(ROLE_PERMISSIONS.User).toEqual([]);
    expect(ROLE_PERMISSIONS.Partner).toEqual(Permission.options);
  });

  test('support can neither reset a gateway nor change users, but everybody who may edit may also view', () => {
    expect(ROLE_PERMISSIONS.Support).not.toContain('support:reset');
    expect(ROLE_PERMISSIONS.Support.filter((p) => p.startsWith('users:'))).toEqual(['users:view']);
    for (const granted of Object.values(ROLE_PERMISSIONS)) {
      for (const permission of granted) expect(granted).toContain(`${permission.split(':')[0]}:view`);
    }
  });
});
