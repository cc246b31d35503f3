import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { SyncStatus } from '#contract/sections.ts';
import { AnswerError, type LocalApi } from './client.ts';
import { fields, type Output, plain } from './output.ts';

const Pbxs = z.object({ pbxs: z.array(z.looseObject({ id: z.string(), name: z.string() })) });

/** A sync may take as long as the daemon lets it. */
const SYNC_LIMIT_MS = 20 * 60_000;

/** `demarc sync [pbx]`: by id or name, all without one; 1 when a run did not end Successful. */
export async function sync(api: LocalApi, out: Output, wanted: string | undefined): Promise<number> {
  const { pbxs } = await api.call(Pbxs, { path: '/api/pbxs' });
  const chosen = pbxs.filter(
    (pbx) => wanted === undefined || pbx.id === wanted || pbx.name.toLowerCase() === wanted.toLowerCase(),
  );
  if (wanted !== undefined && chosen.length === 0) throw new DemarcError('sync.unknown-pbx', wanted);
  const runs = await Promise.all(
    chosen.map(async (pbx) => {
      const run = await api
        .call(SyncStatus, { method: 'POST', path: `/api/pbxs/${pbx.id}/sync`, limitMs: SYNC_LIMIT_MS })
        .catch((error: unknown) => {
          if (error instanceof AnswerError) return error.text;
          throw error;
        });
      if (!out.json) out.write(describe(pbx.name, run));
      return { pbx: pbx.id, name: pbx.name, run };
    }),
  );
  if (out.json) out.write(`${JSON.stringify({ runs })}\n`);
  else if (runs.length === 0) out.write('No PBX is set up.\n');
  return runs.every(({ run }) => 'outcome' in run && run.outcome === 'Successful') ? 0 : 1;
}

function describe(name: string, run: SyncStatus | AnswerError['text']): string {
  const why = 'outcome' in run ? run.reason : run;
  const rows: [string, string][] = [];
  if ('outcome' in run) {
    const { read, added, changed, removed, unchanged, rejected } = run.counts;
    rows.push(['', `${run.outcome}: ${read} read, ${added} added, ${changed} changed, ${removed} removed,`]);
    rows.push(['', `${unchanged} unchanged, ${rejected} rejected`]);
  }
  if (why) rows.push(['', `${why.message}.`], ['', `Next step: ${why.nextStep}`]);
  return `${plain(name)}\n${fields(rows)}`;
}
