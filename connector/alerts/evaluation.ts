import type { AlertRules } from '#contract/alerts.ts';
import type { Store, Work } from '../store/store.ts';
import { type Choice, type Loaded, loadFacts } from './facts.ts';
import { findings, type Moment, type OpenAlert, SEVERITY, type Steps, stepsFor } from './rules.ts';
import { rulesOf } from './rules-store.ts';

interface Judged {
  loaded: Loaded;
  steps: Steps;
  newMark: { lost: number; raisedAt: number | null } | undefined;
}

/** What is remembered of losses after this look; undefined when it stays as it is. The past of a new gateway is no news. */
function markAfter({ mark, lostNow }: Loaded, now: number): Judged['newMark'] {
  if (mark === undefined) return { lost: lostNow, raisedAt: null };
  if (mark.lost === lostNow) return undefined;
  return { lost: lostNow, raisedAt: lostNow > mark.lost ? now : mark.raisedAt };
}

function judge(loaded: Loaded, rules: AlertRules, open: readonly OpenAlert[], moment: Moment): Judged {
  const newMark = markAfter(loaded, moment.now);
  const { lost, raisedAt } = newMark ?? { lost: loaded.facts.lost, raisedAt: loaded.facts.lostAt };
  const facts = { ...loaded.facts, lost, lostAt: raisedAt };
  return { loaded, newMark, steps: stepsFor(findings(facts, rules, moment), open) };
}

/**
 * Looks at a page of gateways and opens, clears or dismisses their alerts. Nothing is written when nothing has changed.
 * @returns the id of the last gateway of the page, undefined when there was none
 */
export async function evaluate(store: Store, choice: Choice, moment: Moment): Promise<string | undefined> {
  const page = await loadFacts(store.db, choice, moment.now);
  const last = page.at(-1)?.facts.gateway;
  if (last === undefined) return undefined;
  const accounts = [...new Set(page.map(({ facts }) => facts.account))];
  const rules = new Map(
    await Promise.all(accounts.map(async (account) => [account, (await rulesOf(store.db, account)).rules] as const)),
  );
  const openRows = await store.db
    .selectFrom('alert')
    .select(['id', 'gateway_id', 'rule', 'subject'])
    .where(
      'gateway_id',
      'in',
      page.map(({ facts }) => facts.gateway),
    )
    .where('resolved_at', 'is', null)
    .execute();
  const open = Map.groupBy(openRows, (row) => row.gateway_id);
  const judged = page.flatMap((loaded) => {
    const own = rules.get(loaded.facts.account);
    return own === undefined ? [] : [judge(loaded, own, open.get(loaded.facts.gateway) ?? [], moment)];
  });
  const changed = judged.filter(
    ({ steps, newMark }) => newMark !== undefined || steps.open.length + steps.clear.length + steps.dismiss.length > 0,
  );
  if (changed.length > 0) {
    await store.write(async (work) => {
      for (const one of changed) await apply(work, one, new Date(moment.now).toISOString());
    });
  }
  return last;
}

async function apply(work: Work, { loaded, steps, newMark }: Judged, now: string): Promise<void> {
  const { account, gateway } = loaded.facts;
  if (newMark !== undefined) {
    const raised_at = newMark.raisedAt === null ? null : new Date(newMark.raisedAt).toISOString();
    const values = { lost: newMark.lost, raised_at };
    await work.db
      .insertInto('alert_mark')
      .values({ gateway_id: gateway, account_id: account, ...values })
      .onConflict((conflict) => conflict.column('gateway_id').doUpdateSet(values))
      .execute();
  }
  for (const finding of steps.open) {
    const id = work.newId();
    await work.db
      .insertInto('alert')
      .values({
        id,
        account_id: account,
        gateway_id: gateway,
        rule: finding.rule,
        subject: finding.subject,
        subject_name: finding.subjectName,
        severity: SEVERITY[finding.rule],
        details: JSON.stringify(finding.verdict.details),
        opened_at: now,
        resolved_at: null,
        told_at: null,
        finished: 0,
        acknowledged_at: null,
        acknowledged_by: null,
        muted_until: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    work.changed({ topic: 'alert', account, ref: id });
  }
  for (const [alerts, silent] of [
    [steps.clear, false],
    [steps.dismiss, true],
  ] as const) {
    for (const { id } of alerts) {
      await work.db
        .updateTable('alert')
        .set((eb) => ({
          resolved_at: now,
          // Who was never told that it began does not care that it is over.
          finished: silent ? 1 : eb.case().when('told_at', 'is', null).then(1).else(0).end(),
        }))
        .where('id', '=', id)
        .where('resolved_at', 'is', null)
        .execute();
      work.changed({ topic: 'alert', account, ref: id });
    }
  }
}
