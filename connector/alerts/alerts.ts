import type { Registry } from 'prom-client';
import { ulid } from 'ulid';
import { type Clock, instant, type Random } from '#config/clock.ts';
import type { ConnectorSettings } from '#config/connector-settings.ts';
import type { Log } from '#config/log.ts';
import { type AlertDelivery, AlertLanguage, type AlertTest, type WebhookBody } from '#contract/alerts.ts';
import { type DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { Store } from '../store/store.ts';
import { AlertMetrics } from './alert-metrics.ts';
import { type Carry, Deliveries, noteOutcome, type TargetRow } from './deliveries.ts';
import { mailCarrier } from './mail.ts';
import { testMail } from './mail-text.ts';
import { AlertWatch } from './watch.ts';
import { webhookCarrier } from './webhook.ts';

/** What the API needs of alerts beyond the store. */
export interface AlertsPort {
  /** By what this connector can deliver. */
  readonly delivery: AlertDelivery;
  readonly allowPrivate: boolean;
  /** Sends a test message now, not through the queue, and notes the outcome at the target. */
  test(target: TargetRow): Promise<AlertTest>;
}

interface AlertsOptions {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  registry: Registry;
  settings: Pick<ConnectorSettings, 'mail' | 'webhookPrivate'>;
  publicUrl: string;
}

const TEST_LIMIT_MS = 30_000;

/** Alerts from the look at the gateways to the mail that is taken: built and started in one place. */
export class Alerts implements AlertsPort {
  readonly delivery: AlertDelivery;
  readonly allowPrivate: boolean;
  readonly #options: AlertsOptions;
  readonly #watch: AlertWatch;
  readonly #deliveries: Deliveries;
  readonly #carry: Carry;

  constructor(options: AlertsOptions) {
    const { store, clock, random, log, registry, settings, publicUrl } = options;
    this.#options = options;
    this.delivery = { mail: settings.mail !== undefined, mailFrom: settings.mail?.from ?? null };
    this.allowPrivate = settings.webhookPrivate === 'allow';
    const carriers: Readonly<Record<string, Carry>> = {
      mail: mailCarrier(settings.mail),
      webhook: webhookCarrier({ clock, allowPrivate: this.allowPrivate }),
    };
    this.#carry = async (target, message, signal) => {
      const carry = carriers[target.kind];
      if (carry === undefined) throw new Error(`no way to deliver to a ${target.kind}`);
      return carry(target, message, signal);
    };
    const metrics = new AlertMetrics(registry, store);
    this.#deliveries = new Deliveries({ store, clock, random, log, metrics, carry: this.#carry });
    const onNews = () => this.#deliveries.wake();
    this.#watch = new AlertWatch({ store, clock, log, publicUrl, mail: this.delivery.mail, onNews });
  }

  start(): void {
    this.#watch.start();
    this.#deliveries.start();
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
    await this.#deliveries.stop();
  }

  async test(target: TargetRow): Promise<AlertTest> {
    const { clock, store } = this.#options;
    const id = ulid(clock.now());
    let detail = '';
    let error: DemarcError | undefined;
    try {
      detail = await this.#carry(
        target,
        { id, content: this.#testContent(id, target) },
        AbortSignal.timeout(TEST_LIMIT_MS),
      );
    } catch (thrown) {
      error = toDemarcError(thrown);
    }
    await store.write((work) => noteOutcome(work, target, instant(clock), error));
    if (error === undefined) return { delivered: true, detail, reason: null };
    return { delivered: false, detail: error.detail ?? '', reason: error.toText() };
  }

  #testContent(id: string, target: TargetRow): string {
    const { publicUrl, clock } = this.#options;
    if (target.kind === 'mail') {
      return JSON.stringify(testMail(AlertLanguage.catch('en').parse(target.language), `${publicUrl}/alerts`));
    }
    const body: WebhookBody = { id, kind: 'test', at: instant(clock), account: null, alerts: [], more: 0 };
    return JSON.stringify(body);
  }
}
