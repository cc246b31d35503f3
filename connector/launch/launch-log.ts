import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Launch } from '#contract/tunnels.ts';
import type { LaunchRecord, LaunchView } from '#tunnel/relay/launch.ts';
import { type EventActor, recordEvent } from '../history/record-event.ts';
import type { Tables } from '../store/schema.ts';
import type { Store, Work } from '../store/store.ts';

/** Requests of one session that are written down; the counters go on beyond. */
const MAX_REQUESTS = 5000;
/** Records that wait for the store; more than that are counted in the session's row only. */
const MAX_WAITING = 20_000;
const FLUSH_MS = 1000;

/** A session's row as the API shows it. */
export const launchDto = (row: Tables['launch']): Launch => ({
  id: row.id,
  account: row.account_id,
  gateway: row.gateway_id,
  tunnel: row.tunnel,
  name: row.name,
  person: row.person_id,
  personName: row.person_name,
  reason: row.reason,
  state: row.state === 'waiting' || row.state === 'open' ? row.state : 'ended',
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
  endReason: row.end_reason,
  endedBy: row.ended_by,
  requests: row.requests,
  bytesUp: row.bytes_up,
  bytesDown: row.bytes_down,
});

/** The row of a session as it is now. */
export const launchRow = (view: LaunchView): Tables['launch'] => ({
  id: view.id,
  account_id: view.target.account,
  gateway_id: view.target.gateway,
  tunnel: view.target.service,
  name: view.target.name,
  person_id: view.person.id,
  person_name: view.person.name,
  reason: view.reason,
  state: view.state,
  created_at: view.createdAt,
  expires_at: view.expiresAt,
  ended_at: view.end?.at ?? null,
  end_reason: view.end?.reason ?? null,
  ended_by: view.end?.by ?? null,
  requests: view.requests,
  bytes_up: view.bytesUp,
  bytes_down: view.bytesDown,
});

/** Writes down what happens in the relay's sessions: rows, requests, and the event history. */
export class LaunchLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #waiting: { record: LaunchRecord; at: string }[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor({ store, clock, log }: { store: Store; clock: Clock; log: Log }) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  /** What an earlier process left open has ended with it. */
  async closeOld(): Promise<void> {
    await this.#store.write(({ db }) =>
      db
        .updateTable('launch')
        .set({ state: 'ended', ended_at: instant(this.#clock), end_reason: 'relay-stopped' })
        .where('state', '!=', 'ended')
        .execute(),
    );
  }

  take(record: LaunchRecord): void {
    if (record.kind === 'request' && this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push({ record, at: instant(this.#clock) });
    if (record.kind !== 'request') void this.flush();
  }

  /** Writes what waits; a failure is logged, and what waited is tried again. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const batch = this.#waiting.splice(0);
      if (batch.length === 0) return;
      try {
        await this.#store.write(async (work) => {
          for (const { record, at } of batch) await this.#write(work, record, at);
        });
      } catch (error) {
        this.#waiting.unshift(...batch.slice(-MAX_WAITING));
        this.#log.error({ code: 'api.unavailable', err: error }, 'the record of sessions could not be written');
      }
    });
    return this.#writing;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(work: Work, record: LaunchRecord, at: string): Promise<void> {
    const { launch } = record;
    const row = launchRow(launch);
    await work.db
      .insertInto('launch')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    if (record.kind === 'request') {
      if (launch.requests > MAX_REQUESTS) return;
      const { method, path, status, bytes } = record;
      const what = { launch_id: launch.id, n: launch.requests, account_id: row.account_id };
      await work.db
        .insertInto('launch_request')
        .values({ ...what, at, method: method.slice(0, 32), path, status, bytes })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return;
    }
    await recordEvent(work, { ...eventOf(record), at }, this.#clock);
    work.changed({ topic: 'gateway', account: row.account_id, ref: row.gateway_id });
  }
}

const END_WORDS: Readonly<Record<NonNullable<LaunchView['end']>['reason'], string>> = {
  'not-used': 'its link was not used in time',
  expired: 'its time was over',
  idle: 'nothing was done in it',
  'by-person': 'the person ended it',
  'by-admin': 'an admin ended it',
  'by-customer': 'the customer ended it',
  'right-lost': 'the person lost the right',
  'too-much': 'too much data went through it',
  'link-misused': 'its link was in other hands',
  'gateway-lost': 'the gateway was lost',
  'relay-stopped': 'the relay stopped',
};

const SYSTEM: EventActor = { id: 'system', name: 'System', kind: 'system' };

function eventOf(record: Exclude<LaunchRecord, { kind: 'request' }>) {
  const { launch, kind } = record;
  const { account, gateway, service, name } = launch.target;
  const person: EventActor = { ...launch.person, kind: 'person' };
  const common = {
    account,
    gateway,
    action: 'Command' as const,
    type: 'Gateway' as const,
    asset: 'Tunnel',
    assetId: service,
    details: {
      session: launch.id,
      reason: launch.reason,
      requests: launch.requests,
      bytesUp: launch.bytesUp,
      bytesDown: launch.bytesDown,
    },
  };
  const who = launch.person.name;
  switch (kind) {
    case 'issued':
      return { ...common, actor: person, name: 'launch.issued', message: `${who} launched ${name}` };
    case 'opened':
      return { ...common, actor: person, name: 'launch.opened', message: `${who} opened ${name}` };
    case 'link-refused': {
      const message = `A link to ${name} was used ${record.why === 'used' ? 'twice' : 'by another person'}`;
      return { ...common, actor: SYSTEM, name: 'launch.link-refused', severity: 'warning' as const, message };
    }
    case 'ended': {
      const reason = launch.end?.reason ?? 'expired';
      const actor = reason === 'by-person' || reason === 'by-admin' ? person : SYSTEM;
      return {
        ...common,
        actor,
        name: 'launch.ended',
        message: `The session of ${who} with ${name} ended: ${END_WORDS[reason]}`,
        details: { ...common.details, end: reason, by: launch.end?.by ?? null },
      };
    }
    default:
      return kind satisfies never;
  }
}
