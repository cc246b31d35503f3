import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { IssuedIdentity } from '#contract/enrolment.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { LinkIdentity } from '../link/cloud-link.ts';
import { type CloudTarget, callCloud, cloudWay } from '../link/cloud-way.ts';
import { makeCertificateRequest, makeKey } from './certificate-request.ts';
import { measureSkew, requireSaneClock } from './cloud-clock.ts';
import { type IdentityDocument, IdentityFiles, type OwnIdentity } from './identity-files.ts';
import { type CertificateState, certificateState } from './rules.ts';

export interface GatewayIdentityOptions {
  /** The state folder. */
  folder: string;
  clock: Clock;
  log: Log;
  target: () => CloudTarget | undefined;
}

/**
 * Who the gateway is, and the life of its certificate: renewed at two thirds, the new one stored beside the old and
 * promoted only after the cloud has taken a connection with it.
 */
export class GatewayIdentity {
  readonly files: IdentityFiles;
  readonly #options: GatewayIdentityOptions;
  #current: OwnIdentity | undefined;
  #candidate: OwnIdentity | undefined;
  /** The old certificate gets its turn after the new one was refused, so that a bad renewal cannot cut the gateway off. */
  #candidateFailed = false;
  #skew: number | undefined;
  #damage: DemarcError | undefined;

  private constructor(options: GatewayIdentityOptions) {
    this.#options = options;
    this.files = new IdentityFiles(options.folder);
  }

  /**
   * An identity that is damaged beyond its good copy leaves an unclaimed gateway that says why: the site's own pages
   * must be there to enrol it again. @throws DemarcError `config.unreadable`
   */
  static async load(options: GatewayIdentityOptions): Promise<GatewayIdentity> {
    const identity = new GatewayIdentity(options);
    try {
      identity.#current = await identity.files.current();
    } catch (thrown) {
      const { code, detail } = toDemarcError(thrown);
      if (code !== 'config.invalid' && code !== 'identity.untrusted') throw thrown;
      identity.#damage = new DemarcError('identity.damaged', detail, { cause: thrown });
      options.log.error(
        { code: 'identity.damaged', detail },
        'who this gateway is cannot be read; it must be enrolled again',
      );
    }
    try {
      identity.#candidate = await identity.files.candidate();
    } catch (error) {
      options.log.error(
        { code: 'identity.untrusted', err: error },
        'a renewed certificate is unusable; the old one stays',
      );
      await identity.files.removeCandidate();
    }
    return identity;
  }

  current(): OwnIdentity | undefined {
    return this.#current;
  }

  /** Why there is no identity where there was one. */
  damage(): DemarcError | undefined {
    return this.#current === undefined ? this.#damage : undefined;
  }

  /** How the certificate stands; undefined while the gateway is not claimed. */
  state(): CertificateState | undefined {
    return this.#current && certificateState(this.#current.certificate, this.#options.clock.now(), this.#skew);
  }

  /** By how many milliseconds the clock was ahead of the cloud's when last measured. */
  skew(): number | undefined {
    return this.#skew;
  }

  /** Measures the skew. @throws DemarcError as `measureSkew` */
  async measureSkew(target: CloudTarget, signal?: AbortSignal): Promise<number> {
    this.#skew = await measureSkew(target, this.#options.clock, signal);
    return this.#skew;
  }

  /** With what the link tries next: the renewed certificate, unless it has just failed. */
  forLink(): LinkIdentity | undefined {
    const candidate = this.#candidate !== undefined && !this.#candidateFailed;
    const own = candidate ? this.#candidate : this.#current;
    if (own === undefined) return undefined;
    const { account, gateway, certificate, key } = own;
    return { account, gateway, certificate, key, candidate };
  }

  /** The link tells what came of a try. */
  async tried(identity: LinkIdentity, error: DemarcError | undefined): Promise<void> {
    const { log } = this.#options;
    if (this.#candidate === undefined || identity.certificate !== this.#candidate.certificate) {
      if (error !== undefined) this.#candidateFailed = false;
      return;
    }
    if (error !== undefined) {
      log.warn(
        { code: error.code, detail: error.detail },
        'the renewed certificate could not be proven; the old one goes on',
      );
      this.#candidateFailed = true;
      return;
    }
    const { key: _, ...document } = this.#candidate;
    this.#current = await this.files.saveCurrent(document);
    this.#candidate = undefined;
    await this.files.sweepKeys([]);
    log.info({ expiresAt: document.expiresAt }, 'the renewed certificate is in use');
  }

  /**
   * Asks for a new certificate when it is time; true when there is one to be proven, so that the link should connect
   * again. Meant to be called a few times a day.
   * @throws DemarcError `enrolment.clock-wrong`, `identity.expired`, `identity.revoked`, those of `connectionError`
   */
  async renewIfDue(signal?: AbortSignal): Promise<boolean> {
    const { target: findTarget, clock, log } = this.#options;
    const target = findTarget();
    const current = this.#current;
    if (current === undefined || target === undefined) return false;
    requireSaneClock(await this.measureSkew(target, signal));
    const state = certificateState(current.certificate, clock.now(), this.#skew);
    if (state === 'expired') throw new DemarcError('identity.expired', current.expiresAt);
    if (state === 'valid') return false;
    if (this.#candidate !== undefined) {
      this.#candidateFailed = false;
      return true;
    }
    const key = await makeKey();
    const csr = await makeCertificateRequest(key);
    const way = await cloudWay(target, current, signal);
    try {
      const call = { method: 'POST', path: '/api/v1/device/renew', body: { csr }, signal } as const;
      const issued = IssuedIdentity.safeParse(await callCloud(way, call, () => clock.now()));
      if (!issued.success || issued.data.gateway !== current.gateway)
        throw new DemarcError('link.malformed', 'renewal');
      const keyFile = await this.files.saveKey(key);
      this.#candidate = await this.files.saveCandidate({ ...issued.data, cloudUrl: current.cloudUrl, keyFile });
      this.#candidateFailed = false;
      log.info({ expiresAt: issued.data.expiresAt }, 'a renewed certificate is there and will be proven');
      return true;
    } finally {
      way.close();
    }
  }

  /** Takes what an enrolment brought. @throws DemarcError `identity.untrusted` when it is not for the key */
  async adopt(document: IdentityDocument): Promise<void> {
    this.#current = await this.files.saveCurrent(document);
    this.#candidate = undefined;
    this.#candidateFailed = false;
    await this.files.sweepKeys([]);
  }

  /** Forgets who the gateway is: it was released, or is reset. */
  async forget(): Promise<void> {
    this.#damage = undefined;
    this.#current = undefined;
    this.#candidate = undefined;
    await this.files.removeAll();
  }
}
