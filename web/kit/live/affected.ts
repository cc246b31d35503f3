import type { QueryKey } from '@tanstack/react-query';
import type { Change } from '#contract/api.ts';

/** Which lists and records of the console a change on the stream makes out of date, as query key prefixes. */
export function affectedBy(change: Change): QueryKey[] {
  const one = (name: string): QueryKey[] => (change.ref === null ? [] : [[name, 'one', change.ref]]);
  switch (change.topic) {
    case 'account':
      return [['accounts', 'list'], ...one('accounts')];
    case 'gateway':
      return [['gateways', 'list'], ...one('gateways'), ['launches']];
    case 'users':
      return [['users'], ['accounts', 'list']];
    case 'sync-run':
      return [['sync-runs', 'list'], ['gateways'], ...one('sync-runs')];
    case 'inventory':
      return [['platforms'], ['applications']];
    case 'command':
      return [['commands', 'list'], ...one('commands')];
    case 'alert':
      return [['alerts'], ['alert-contacts'], ['alert-webhooks'], ['alert-rules']];
    case 'event':
      return [['events']];
    case 'enrolment':
      return [['enrolments']];
    case 'upload':
      return [['uploads']];
    case 'trunk':
      return [['trunks', 'list'], ...one('trunks')];
    default:
      return change.topic satisfies never;
  }
}
