/** What an answer of a peer means for a trunk, as an administrator is told it. */
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { algorithmsOf, type Credentials, chooseChallenge } from '../client/digest.ts';
import type { Answered } from '../client/exchange.ts';
import { retryAfter } from '../resolve/failover.ts';
import type { Fault } from './tls-faults.ts';

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  403: 'trunk.forbidden',
  404: 'trunk.number-refused',
  408: 'trunk.timeout-remote',
  410: 'trunk.number-refused',
  415: 'trunk.media-refused',
  416: 'trunk.number-refused',
  420: 'trunk.extension-required',
  421: 'trunk.extension-required',
  422: 'trunk.session-timer',
  423: 'trunk.interval-too-brief',
  480: 'trunk.callee-busy',
  481: 'trunk.dialog-lost',
  482: 'trunk.loop',
  483: 'trunk.loop',
  484: 'trunk.number-refused',
  485: 'trunk.number-refused',
  486: 'trunk.callee-busy',
  488: 'trunk.media-refused',
  503: 'trunk.overloaded',
  600: 'trunk.callee-busy',
  603: 'trunk.callee-busy',
  604: 'trunk.number-refused',
  606: 'trunk.media-refused',
};

/** The fault in an answer that is no success; its own words and what explains it stand in the detail. */
export function answerFault(answered: Answered, credentials: Credentials | undefined): Fault {
  const { status, reason, response } = answered;
  const own = `${status} ${reason}`.trim();
  const more: string[] = [];
  const header = (name: string, label: string) => {
    const value = response.headers[name]?.trim();
    if (value) more.push(`${label}: ${value.slice(0, 200)}`);
  };
  header('reason', 'Reason');
  header('warning', 'Warning');
  switch (status) {
    case 401:
    case 407:
      return loginFault(answered, credentials, own);
    case 415:
    case 488:
      header('accept', 'it accepts');
      break;
    case 420:
      header('unsupported', 'not supported');
      break;
    case 421:
      header('require', 'it requires');
      break;
    case 422:
      header('min-se', 'its lower limit in seconds');
      break;
    case 423:
      header('min-expires', 'its lower limit in seconds');
      break;
    case 482:
    case 483:
      more.push(`ways passed: ${response.via.length}`);
      break;
    case 503: {
      const wait = retryAfter(answered);
      if (wait !== undefined) more.push(`it asks to wait ${wait} s`);
      break;
    }
    default:
  }
  if (status >= 300 && status < 400) {
    const to = response.contacts.map(({ uri }) => uri).slice(0, 3);
    return { code: 'trunk.redirected', detail: [own, ...(to.length > 0 ? [`to ${to.join(', ')}`] : [])].join('; ') };
  }
  const code = BY_STATUS[status] ?? (status >= 500 && status < 600 ? 'trunk.peer-failed' : 'trunk.refused');
  return { code, detail: [own, ...more].join('; ') };
}

function loginFault({ response, refusals }: Answered, credentials: Credentials | undefined, own: string): Fault {
  const offered = algorithmsOf(response.challenges);
  const realms = [...new Set(response.challenges.flatMap(({ params }) => params['realm'] ?? []))].join(', ');
  const what = `${own}; realm ${realms || 'not named'}, offered: ${offered || 'nothing'}`;
  if (!chooseChallenge(response.challenges)) return { code: 'trunk.algorithm-unsupported', detail: what };
  if (!credentials) return { code: 'trunk.credentials-missing', detail: what };
  return { code: 'trunk.credentials-refused', detail: `${what}; user ${credentials.user}, refused ${refusals} times` };
}
