/** What the daemon owes the cloud beside commands: answers to `down/ask`, and news of damage at the start. */
import type { ConfigFile } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import type { Ask } from '#contract/envelope.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { eventRecord } from './outbox/event-record.ts';
import type { NewRecord, Outbox } from './outbox/outbox.ts';
import type { PbxRegistry } from './pbxs/pbx-registry.ts';
import type { SectionReporter } from './sections/reporter.ts';
import type { DaemonStore } from './store/store.ts';
import type { SyncEngine } from './sync/engine.ts';

interface AskParts {
  reporter: SectionReporter;
  engine: Pick<SyncEngine, 'resync'>;
  log: Log;
  signal: AbortSignal;
}

/** Answers what the cloud asks for. Users take long: the link goes on meanwhile. */
export async function answerAsk(ask: Ask, { reporter, engine, log, signal }: AskParts): Promise<void> {
  switch (ask.what) {
    case 'birth':
      return; // The link's own business.
    case 'section':
      return await reporter.answer(ask.section);
    case 'users':
      inBackground(engine.resync(ask.pbx, signal), log, { pbx: ask.pbx, signal });
      return;
    default:
      ask satisfies never;
  }
}

interface DamageParts {
  store: Pick<DaemonStore, 'health'>;
  config: Pick<ConfigFile, 'repaired'>;
  outbox: Outbox;
  registry: Pick<PbxRegistry, 'list'>;
  engine: Pick<SyncEngine, 'run'>;
  log: Log;
  signal: AbortSignal;
}

/** Tells of a store or configuration that was repaired, and reads every PBX anew: records may be missing anywhere. */
export async function reportDamage(parts: DamageParts): Promise<void> {
  const { store, config, outbox, registry, engine, log, signal } = parts;
  const events: NewRecord[] = [];
  if (config.repaired) {
    const message = 'The configuration was damaged; its last good copy is used';
    events.push(eventRecord({ name: 'config.repaired', severity: 'warning', message, details: {} }));
  }
  const { status, detail } = store.health;
  if (status !== 'ok') {
    const what = status === 'repaired' ? 'The store was repaired' : 'The store was lost and begins empty';
    const message = `${what}; every PBX is read again`;
    const details: Record<string, string> = detail === undefined ? {} : { detail: detail.slice(0, 1000) };
    events.push(eventRecord({ name: `store.${status}`, severity: 'error', message, details }));
  }
  await outbox.append(events);
  if (status === 'ok') return;
  for (const { id } of registry.list()) {
    inBackground(engine.run(id, { trigger: 'resync', full: true }, signal), log, { pbx: id, signal });
  }
}

function inBackground(work: Promise<unknown>, log: Log, about: { pbx: string; signal: AbortSignal }): void {
  work.catch((thrown: unknown) => {
    if (about.signal.aborted) return;
    const error = toDemarcError(thrown);
    log.warn({ code: error.code, pbx: about.pbx, detail: error.detail }, 'the users could not be sent again');
  });
}
