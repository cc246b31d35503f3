import { DemarcError } from '#contract/errors/demarc-error.ts';

/** A refusal that says when to come again; the API puts it into Retry-After (RFC 9110 section 10.2.3). */
export class TooManyRequests extends DemarcError {
  readonly retryAfterSeconds: number;

  constructor(
    retryAfterSeconds: number,
    code: 'api.too-many-requests' | 'enrolment.too-many-tries' = 'api.too-many-requests',
  ) {
    super(code);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
