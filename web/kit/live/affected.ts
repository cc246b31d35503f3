import type { QueryKey } from '@tanstack/react-query';
import type { Change } from '#contract/api.ts';

/** What the home page counts: it is read again with whatever of it changes. */
const HOME: QueryKey = ['home'];
const NOTIFICATIONS: QueryKey = ['notifications'];

/** Which lists and records of the console a change on the stream makes out of date, as query key prefixes. */
export function affectedBy(change: Change): QueryKey[] {
  const one = (name: string): QueryKey[] => (change.ref === null ? [] : [[name, 'one', change.ref]]);
  switch (change.topic) {
    case 'account':
      return [['accounts', 'list'], ...one('accounts')];
    case 'gateway':
      return [['gateways', 'list'], ...one('gateways'), ['launches'], HOME];
    case 'users':
      return [['users'], ['accounts', 'list']];
    case 'sync-run':
      return [['sync-runs', 'list'], ['gateways'], ...one('sync-runs'), HOME];
    case 'inventory':
      return [['platforms'], ['applications'], HOME];
    case 'command':
      return [['commands', 'list'], ...one('commands'), NOTIFICATIONS];
    case 'alert':
      return [['alerts'], ['alert-contacts'], ['alert-webhooks'], ['alert-rules'], HOME, NOTIFICATIONS];
    case 'event':
      return [['events']];
    case 'enrolment':
      return [['enrolments']];
    case 'upload':
      return [['uploads']];
    case 'person':
      return [['people'], ['account-managers'], ['me']];
    case 'role':
      return [['roles'], ['people'], ['me']];
    case 'import':
      return [['imports'], NOTIFICATIONS];
    case 'trunk':
      return [['trunks', 'list'], ...one('trunks'), HOME];
    case 'support-log':
      return [['support-logs', 'list'], ['support-logs', 'products'], ...one('support-logs')];
    case 'notification':
      return [NOTIFICATIONS];
    case 'numbers':
      return [['extension-ranges'], ['dids']];
    case 'location':
      return [['locations'], ['extension-ranges'], ['dids']];
    case 'integration':
      return [['integrations']];
    default:
      return change.topic satisfies never;
  }
}
