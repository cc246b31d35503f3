import { StatusAnswer } from '#daemon/api/answers.ts';
import type { LocalApi } from './client.ts';
import { ago, type Output, table } from './output.ts';

/** `demarc status`: 0 when the daemon answers, whatever it says. */
export async function status(api: LocalApi, out: Output, now: number): Promise<number> {
  const answer = await api.call(StatusAnswer, { path: '/api/status' });
  if (out.json) {
    out.write(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  const { cloud, enrolment, outbox, store } = answer;
  const oldest = outbox.oldestAt === null ? '' : `, the oldest of ${ago(outbox.oldestAt, now)}`;
  out.write(
    table([
      ['Gateway', `${answer.hostName}, version ${answer.version}, up since ${ago(answer.startedAt, now)}`],
      ['Cloud', cloud.url === null ? 'not set up (demarc link --cloud URL)' : `${cloud.url}, ${cloud.state}`],
      ...(cloud.lastError ? [['', `${cloud.lastError.message}. ${cloud.lastError.nextStep}`]] : []),
      ['Enrolment', enrolment.state + (enrolment.accountName ? `, account ${enrolment.accountName}` : '')],
      ...(enrolment.code ? [['', `claim code ${enrolment.code}, ${enrolment.link ?? ''}`]] : []),
      ['Waiting', `${outbox.records} records${oldest}`],
      ['Store', store.status],
      ['Memory', `${Math.round(answer.memoryBytes / 1_048_576)} MiB`],
    ]),
  );
  if (answer.pbxs.length === 0) {
    out.write('\nNo PBX is set up.\n');
    return 0;
  }
  const rows = answer.pbxs.map((pbx) => [
    pbx.name,
    pbx.type,
    pbx.address,
    `${pbx.users} users`,
    pbx.running
      ? `running: ${pbx.running.phase}, ${pbx.running.read} read`
      : (pbx.lastSync?.outcome ?? 'not synced yet'),
    pbx.lastSync ? ago(pbx.lastSync.finishedAt, now) : '',
  ]);
  out.write(`\n${table(rows)}`);
  return 0;
}
