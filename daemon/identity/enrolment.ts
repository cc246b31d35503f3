import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { removeFile } from '#config/atomic-file.ts';
import type { Clock, Random } from '#config/clock.ts';
import { DocumentFile } from '#config/document.ts';
import type { Log } from '#config/log.ts';
import { EnrolmentOffer, EnrolmentRequest, EnrolmentState, type IssuedIdentity } from '#contract/enrolment.ts';
import { DemarcError, type ErrorText, toDemarcError } from '#contract/errors/demarc-error.ts';
import { type BackoffLimits, backoff } from '../link/backoff.ts';
import { type CloudCall, type CloudTarget, callCloud, cloudWay } from '../link/cloud-way.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { keyFingerprint, makeCertificateRequest, makeKey } from './certificate-request.ts';
import { requireSaneClock } from './cloud-clock.ts';
import type { GatewayIdentity } from './gateway-identity.ts';

/** What the gateway says of itself, so that the admin can tell it from others. */
export type SelfDescription = Pick<EnrolmentRequest, 'hostName' | 'serial' | 'addresses' | 'version' | 'siteName'>;

export interface EnrolmentOptions {
  /** The state folder. */
  folder: string;
  identity: GatewayIdentity;
  secrets: SecretBox;
  clock: Clock;
  random: Random;
  log: Log;
  target: () => CloudTarget | undefined;
  describe: () => SelfDescription;
  /**
   * Asked before the identity of a claim is kept: true when another account had this gateway before, so that the process
   * starts anew without that one's data; the enrolment goes on then.
   */
  movesTo: (account: string) => Promise<boolean>;
  /** After the identity is on the disk: the link may connect. */
  onClaimed: () => void;
}

/** What the wizard shows. `offered`: the code is shown; `waiting`: the cloud has been asked and nobody confirmed yet. */
export interface EnrolmentStatus {
  state: 'unclaimed' | 'offered' | 'waiting' | 'claimed' | 'refused';
  /** `fingerprint` is that of this gateway's key: the admin sees the same in the console. */
  offer?: { code: string; link: string; expiresAt: string; fingerprint: string };
  error?: ErrorText;
}

/** An enrolment under way, so that a restart goes on with the same key and the same code. */
const Pending = z.object({
  cloudUrl: z.string(),
  keyFile: z.string(),
  offer: EnrolmentOffer.omit({ pollSecret: true }).optional(),
  /** Sealed. */
  pollSecret: z.string().optional(),
});
type Pending = z.infer<typeof Pending>;

const POLL_BACKOFF: BackoffLimits = { minMs: 2000, maxMs: 60_000 };

/** How a gateway becomes the cloud's own, like an OAuth device code (RFC 8628): ask, show the code, poll. */
export class Enrolment {
  readonly #options: EnrolmentOptions;
  readonly #file: DocumentFile<typeof Pending>;
  #status: EnrolmentStatus = { state: 'unclaimed' };
  #polling: { stop: AbortController; done: Promise<void> } | undefined;

  private constructor(options: EnrolmentOptions) {
    this.#options = options;
    this.#file = new DocumentFile(join(options.folder, 'enrolment.json'), Pending);
  }

  /** Goes on with an enrolment that a restart interrupted. @throws DemarcError `config.unreadable` */
  static async open(options: EnrolmentOptions): Promise<Enrolment> {
    const enrolment = new Enrolment(options);
    const pending = await enrolment.#pending();
    if (pending === undefined) return enrolment;
    const { files } = options.identity;
    const key = await files.readKey(pending.keyFile);
    if (options.identity.current()?.keyFile === pending.keyFile) await enrolment.#forget();
    else if (key !== undefined) enrolment.#poll(pending, key);
    return enrolment;
  }

  status(): EnrolmentStatus {
    if (this.#polling === undefined && this.#options.identity.current() !== undefined) return { state: 'claimed' };
    const damage = this.#options.identity.damage();
    if (damage === undefined || this.#status.error !== undefined || this.#polling !== undefined) return this.#status;
    return { ...this.#status, error: damage.toText() };
  }

  /**
   * Asks the cloud for a code, or goes on with the one that is still good; then polls by itself.
   * @throws DemarcError `enrolment.clock-wrong`, `enrolment.bad-token`, `enrolment.no-cloud`, those of `connectionError`
   */
  async start({ provisioningToken }: { provisioningToken?: string | undefined } = {}): Promise<EnrolmentOffer> {
    const target = this.#options.target();
    if (target === undefined) throw new DemarcError('enrolment.no-cloud');
    await this.#stopPolling();
    try {
      requireSaneClock(await this.#options.identity.measureSkew(target));
      const { pending, key } = await this.#prepare(target);
      const secret = pending.pollSecret && this.#options.secrets.open(pending.pollSecret);
      const body: EnrolmentRequest = {
        csr: await makeCertificateRequest(key),
        ...this.#options.describe(),
        ...(provisioningToken === undefined ? {} : { provisioningToken }),
        ...(pending.offer === undefined || !secret ? {} : { resume: { id: pending.offer.id, pollSecret: secret } }),
      };
      const answer = await this.#call(target, { method: 'POST', path: '/api/v1/enrolments', body });
      const offer = EnrolmentOffer.safeParse(answer);
      if (!offer.success) throw new DemarcError('link.malformed', 'the offer of the cloud');
      const { pollSecret, ...open } = offer.data;
      const now: Pending = { ...pending, offer: open, pollSecret: this.#options.secrets.seal(pollSecret) };
      await this.#file.save(now);
      this.#poll(now, key);
      return offer.data;
    } catch (error) {
      this.#status = { state: 'unclaimed', error: toDemarcError(error).toText() };
      throw error;
    }
  }

  /** Ends the polling; the code stays good. */
  async stop(): Promise<void> {
    await this.#stopPolling();
  }

  async #stopPolling(): Promise<void> {
    this.#polling?.stop.abort();
    await this.#polling?.done;
    this.#polling = undefined;
  }

  /** The key is on the disk before the cloud hears of it. */
  async #prepare(target: CloudTarget): Promise<{ pending: Pending; key: string }> {
    const { files } = this.#options.identity;
    const pending = await this.#pending();
    const known = pending?.cloudUrl === target.url ? pending : undefined;
    const key = known && (await files.readKey(known.keyFile));
    if (known !== undefined && key !== undefined) return { pending: known, key };
    const fresh = await makeKey();
    const next: Pending = { cloudUrl: target.url, keyFile: await files.saveKey(fresh) };
    await this.#file.save(next);
    await files.sweepKeys([next.keyFile]);
    return { pending: next, key: fresh };
  }

  #poll(pending: Pending, key: string): void {
    const { offer } = pending;
    if (offer === undefined) return;
    const stop = new AbortController();
    const { code, link, expiresAt } = offer;
    this.#status = { state: 'offered', offer: { code, link, expiresAt, fingerprint: keyFingerprint(key) } };
    this.#polling = { stop, done: this.#pollUntilDecided(pending, offer, stop.signal) };
  }

  async #pollUntilDecided(pending: Pending, offer: NonNullable<Pending['offer']>, signal: AbortSignal): Promise<void> {
    let waits = backoff(POLL_BACKOFF, this.#options.random);
    while (!signal.aborted) {
      let wait = offer.pollSeconds * 1000;
      try {
        if (await this.#pollOnce(pending, offer.id, signal)) break;
        waits = backoff(POLL_BACKOFF, this.#options.random);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = toDemarcError(thrown);
        if (isFinal(error)) {
          await this.#refused(error.toText());
          break;
        }
        this.#options.log.warn(
          { code: error.code, detail: error.detail },
          'the cloud could not be asked about the code',
        );
        this.#status = { ...this.#status, error: error.toText() };
        wait = Math.max(wait, waits.next().value);
      }
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
    if (!signal.aborted) this.#polling = undefined;
  }

  /** True when it is decided. */
  async #pollOnce(pending: Pending, id: string, signal: AbortSignal): Promise<boolean> {
    const target = this.#options.target();
    if (target === undefined || pending.pollSecret === undefined) throw new DemarcError('enrolment.no-cloud');
    const token = this.#options.secrets.open(pending.pollSecret);
    const answer = await this.#call(target, { method: 'POST', path: `/api/v1/enrolments/${id}/poll`, token, signal });
    const parsed = EnrolmentState.safeParse(answer);
    if (!parsed.success) throw new DemarcError('link.malformed', 'the answer to a poll');
    switch (parsed.data.state) {
      case 'waiting': {
        const { error: _, ...status } = this.#status;
        this.#status = { ...status, state: 'waiting' };
        return false;
      }
      case 'refused': {
        const { code, message, nextStep } = parsed.data;
        await this.#refused({ code, message, nextStep });
        return true;
      }
      case 'confirmed':
        if (!(await this.#options.movesTo(parsed.data.identity.account))) {
          await this.#confirmed(pending, parsed.data.identity);
        }
        return true;
      default:
        return parsed.data satisfies never;
    }
  }

  async #confirmed(pending: Pending, issued: IssuedIdentity): Promise<void> {
    await this.#options.identity.adopt({ ...issued, cloudUrl: pending.cloudUrl, keyFile: pending.keyFile });
    await this.#forget();
    this.#status = { state: 'claimed' };
    this.#options.log.info({ gateway: issued.gateway, account: issued.accountName }, 'this gateway was claimed');
    this.#options.onClaimed();
  }

  async #refused(error: ErrorText): Promise<void> {
    this.#options.log.warn({ code: error.code }, 'the cloud did not take this gateway');
    await this.#forget();
    this.#status = { state: 'refused', error };
  }

  async #pending(): Promise<Pending | undefined> {
    try {
      return (await this.#file.load()).value;
    } catch (error) {
      const { code } = toDemarcError(error);
      if (code !== 'config.invalid') throw error;
      this.#options.log.error({ code, err: error }, 'an interrupted enrolment cannot be read; it begins anew');
      return undefined;
    }
  }

  async #forget(): Promise<void> {
    await removeFile(`${this.#file.path}.good`);
    await removeFile(this.#file.path);
  }

  async #call(target: CloudTarget, call: CloudCall): Promise<unknown> {
    const way = await cloudWay(target, undefined, call.signal);
    try {
      return await callCloud(way, call, () => this.#options.clock.now());
    } finally {
      way.close();
    }
  }
}

/** Whether asking again cannot help. */
const isFinal = (error: DemarcError): boolean =>
  [
    'enrolment.unknown-code',
    'enrolment.expired',
    'enrolment.bad-token',
    'identity.untrusted',
    'secret.unreadable',
  ].includes(error.code);
