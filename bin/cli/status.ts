import type { ErrorText } from '#contract/errors/demarc-error.ts';
import { StatusAnswer } from '#contract/wizard/gateway.ts';
import { Irregularity, PBX_TYPE_NAMES } from '#contract/words.ts';
import type { LocalApi } from './client.ts';
import { ago, fields, type Output, plain, span } from './output.ts';

type Row = readonly [string, string];

/** `demarc status`: 0 when the daemon answers, whatever it says. */
export async function status(api: LocalApi, out: Output, now: number): Promise<number> {
  const answer = await api.call(StatusAnswer, { path: '/api/status' });
  if (out.json) {
    out.write(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  out.write(
    fields([
      [
        'Gateway',
        `${answer.hostName}, version ${answer.version}, running for ${span(now - Date.parse(answer.startedAt))}`,
      ],
      ...cloudRows(answer, now),
      ...enrolmentRows(answer),
      ...queueRows(answer, now),
      ...storeRows(answer, now),
      ['Memory', `${Math.round(answer.memoryBytes / 1_048_576)} MiB`],
    ]),
  );
  if (answer.pbxs.length === 0) out.write('\nNo PBX is set up.\n');
  for (const pbx of answer.pbxs) {
    out.write(`\n${plain(pbx.name)} (${PBX_TYPE_NAMES[pbx.type]}, ${plain(pbx.address) || 'no valid address'})\n`);
    out.write(fields(pbxRows(pbx, now), 2));
  }
  return 0;
}

/** An error with what to do about it, in rows of their own. */
const errorRows = ({ message, nextStep }: Pick<ErrorText, 'message' | 'nextStep'>): Row[] => [
  ['', `${message}.`],
  ['', `Next step: ${nextStep}`],
];

function cloudRows({ cloud, enrolment }: StatusAnswer, now: number): Row[] {
  if (cloud.url === null) return [['Cloud', 'not set up. Next step: demarc link --cloud <URL>']];
  const time = span(now - Date.parse(cloud.since));
  if (cloud.state === 'online') return [['Cloud', `${cloud.url}, online for ${time}`]];
  if (enrolment.state !== 'claimed') return [['Cloud', `${cloud.url}, not connected: the gateway is not enrolled`]];
  const next = cloud.nextTryAt === null ? 'trying now' : `next try ${ago(cloud.nextTryAt, now)}`;
  return [
    ['Cloud', `${cloud.url}, offline for ${time}, ${next}`],
    ...(cloud.lastError ? errorRows(cloud.lastError) : []),
  ];
}

const ENROLMENT: Readonly<Record<StatusAnswer['enrolment']['state'], string>> = {
  unclaimed: 'not enrolled. Next step: demarc link',
  offered: 'a claim code is shown',
  waiting: 'waits for an admin to confirm the claim code in the console',
  claimed: 'enrolled',
  refused: 'refused by the cloud. Next step: demarc link',
};

function enrolmentRows({ enrolment }: StatusAnswer): Row[] {
  const { state, accountName, code, link, error } = enrolment;
  return [
    ['Enrolment', `${ENROLMENT[state]}${accountName ? ` in ${accountName}` : ''}`],
    ...(code === undefined ? [] : [['', `Claim code ${code.slice(0, 4)}-${code.slice(4)}, ${link ?? ''}`] as const]),
    ...(error ? errorRows(error) : []),
  ];
}

function queueRows({ outbox }: StatusAnswer, now: number): Row[] {
  const { records, bytes, oldestAt } = outbox;
  const oldest = oldestAt === null ? '' : `, the oldest for ${span(now - Date.parse(oldestAt))}`;
  const waiting = `${counted(records, 'record')} (${size(bytes)}) for the cloud${oldest}`;
  const drops = Object.entries(outbox.drops);
  const total = drops.reduce((sum, [, count]) => sum + count, 0);
  const reasons = drops.map(([reason, count]) => `${count} ${dropWords(reason)}`).join(', ');
  const lost: Row[] = [
    ['Given up', `${counted(total, 'record')}: ${reasons}`],
    ['', 'Next step: bring the cloud connection up; what is missing is sent again.'],
  ];
  return [['Waiting', records === 0 ? 'nothing' : waiting], ...(total > 0 ? lost : [])];
}

const DROPPED: Readonly<Record<string, string>> = {
  result: 'command results',
  event: 'events',
  state: 'reports',
  bulk: 'messages of user syncs',
  age: 'too old',
  bytes: 'the queue was full',
  total: 'the queue was full',
  run: 'of a run that was given up',
  failed: 'the disk failed',
};

/** "bulk.age" in words; one that this version does not know stays as it is. */
const dropWords = (reason: string): string => {
  const [what = '', why = ''] = reason.split('.');
  return `${DROPPED[what] ?? what} (${DROPPED[why] ?? why})`;
};

function storeRows({ store }: StatusAnswer, now: number): Row[] {
  if (store.status === 'ok') return [['Store', 'ok']];
  const what = store.status === 'repaired' ? 'was damaged and repaired' : 'was beyond repair and began empty';
  return [
    ['Store', `${what} ${ago(store.at, now)}; every PBX is read again`],
    ['', 'Next step: check the disk if this happens again.'],
  ];
}

const IRREGULAR: Readonly<Record<Irregularity, string>> = {
  'no-email': 'without e-mail',
  'email-not-unique': 'with an e-mail that others have too',
  'invalid-email': 'with an invalid e-mail',
  'duplicate-extension': 'with an extension that others have too',
};

function pbxRows(pbx: StatusAnswer['pbxs'][number], now: number): Row[] {
  const { running, lastSync: last, lastSuccessAt, nextSyncAt, users, keptUsers } = pbx;
  const kept = keptUsers > 0 ? `, ${keptUsers} of them kept although the PBX has them no more` : '';
  const irregular = Irregularity.options
    .filter((kind) => (pbx.irregularities[kind] ?? 0) > 0)
    .map((kind) => `${pbx.irregularities[kind]} ${IRREGULAR[kind]}`);
  const rows: Row[] = [['Users', `${users}${kept}`]];
  if (irregular.length > 0) rows.push(['Irregular', irregular.join(', ')]);
  if (running) rows.push(['Running', `${running.phase}, ${running.read} read`]);
  if (last === null) rows.push(['Last sync', 'never']);
  else {
    const { added, changed, removed } = last.counts;
    const counts = last.outcome === 'Successful' ? `: ${added} added, ${changed} changed, ${removed} removed` : '';
    rows.push(['Last sync', `${last.outcome} ${ago(last.finishedAt, now)}${counts}`]);
    if (last.reason) rows.push(...errorRows(last.reason));
    if (last.outcome === 'Failed' || last.outcome === 'Held') rows.push(['Last good', ago(lastSuccessAt, now)]);
  }
  rows.push(['Next sync', nextSyncAt === null ? 'not planned' : ago(nextSyncAt, now)]);
  return rows;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1_048_576 ? `${Math.round(bytes / 1024)} KiB` : `${Math.round(bytes / 1_048_576)} MiB`;
}
