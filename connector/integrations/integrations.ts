import { type Clock, instant } from '#config/clock.ts';
import type { IntegrationKind } from '#contract/api/integrations.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { recordEvent } from '../history/record-event.ts';
import type { By } from '../numbers/numbers.ts';
import type { Store, Work } from '../store/store.ts';
import { integrationsPanel } from './panel.ts';

/** What people choose from the catalogue, and what they switch off. */
export class Integrations {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor({ store, clock }: { store: Store; clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Harmless when it is there already. @throws DemarcError `integration.needs-gateway` (ONB-45) */
  add(account: string, kind: IntegrationKind, by: By): Promise<void> {
    return this.#store.write(async (unit) => {
      const state = await this.#stateOf(unit, account, kind);
      if (state === 'incompatible') throw new DemarcError('integration.needs-gateway');
      if (state !== 'available') return;
      await unit.db
        .insertInto('integration')
        .values({ account_id: account, kind, added_at: instant(this.#clock) })
        .execute();
      await this.#record(unit, { account, kind, action: 'Create', word: 'added' }, by);
    });
  }

  /** Takes what nothing is behind off the list. @throws DemarcError `integration.in-use`, `api.not-found` */
  remove(account: string, kind: IntegrationKind, by: By): Promise<void> {
    return this.#store.write(async (unit) => {
      const state = await this.#stateOf(unit, account, kind);
      if (state === 'set-up') throw new DemarcError('integration.in-use');
      const { numDeletedRows } = await unit.db
        .deleteFrom('integration')
        .where('account_id', '=', account)
        .where('kind', '=', kind)
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw new DemarcError('api.not-found');
      await this.#record(unit, { account, kind, action: 'Delete', word: 'removed' }, by);
    });
  }

  /** Switches a gateway or PBX on or off; what is off may be deleted (ONB-41). Nothing of it stops. */
  turn(subject: { account: string; id: string; name: string }, on: boolean, by: By): Promise<void> {
    const { account, id, name } = subject;
    return this.#store.write(async (unit) => {
      const known = unit.db.deleteFrom('integration_off').where('account_id', '=', account).where('subject', '=', id);
      const { numDeletedRows } = await known.executeTakeFirst();
      const wasOn = numDeletedRows === 0n;
      if (!on) {
        await unit.db
          .insertInto('integration_off')
          .values({ account_id: account, subject: id, at: instant(this.#clock) })
          .execute();
      }
      if (wasOn === on) return;
      const word = on ? 'switched on' : 'switched off';
      await this.#record(unit, { account, kind: name, action: 'Edit', word }, by);
    });
  }

  async #stateOf({ db }: Work, account: string, kind: IntegrationKind) {
    const { catalogue } = await integrationsPanel(db, account, this.#clock.now());
    return catalogue.find((entry) => entry.kind === kind)?.state;
  }

  async #record(
    unit: Work,
    about: { account: string; kind: string; action: 'Create' | 'Edit' | 'Delete'; word: string },
    by: By,
  ): Promise<void> {
    const { account, kind, action, word } = about;
    await recordEvent(
      unit,
      {
        account,
        actor: by.actor,
        action,
        type: 'Service Delivery',
        asset: 'Integration',
        assetId: kind,
        name: `integration.${word.replace(' ', '-')}`,
        message: `Integration ${word}: ${kind}`,
        requestId: by.requestId,
      },
      this.#clock,
    );
    unit.changed({ topic: 'integration', account, ref: kind });
  }
}
