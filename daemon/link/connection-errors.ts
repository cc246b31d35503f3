import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** What was learned about a failed try beside the thrown error. */
export interface Circumstances {
  /** Which part of the way failed, for the detail. */
  where?: string | undefined;
  /** `host:port` of the proxy, when one is used. */
  proxy?: string | undefined;
  /** What the proxy answered to CONNECT; undefined when it was not reached. */
  proxyStatus?: number | undefined;
}

/** A refusal of the cloud's HTTP side, with the wait that it asked for in milliseconds. */
export class RefusedError extends DemarcError {
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, detail: string, retryAfterMs: number | undefined) {
    super(code, detail);
    this.retryAfterMs = retryAfterMs;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Node tries all addresses of a name and throws one error for all: the first says enough. */
function first(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}

/** What a failed connection to the cloud means for a person; every code of Node and OpenSSL that we know. */
export function connectionError(thrown: unknown, circumstances: Circumstances = {}): DemarcError {
  if (thrown instanceof DemarcError) return thrown;
  const error = first(thrown);
  const code = codeOf(error) || codeOf(thrown);
  const text = code || (error instanceof Error ? error.message : String(error)).slice(0, 200);
  const { where, proxy, proxyStatus } = circumstances;
  if (proxy !== undefined && proxyStatus !== 200) {
    if (proxyStatus === 407) return new DemarcError('link.proxy-auth', proxy, { cause: thrown });
    const detail = proxyStatus === undefined ? `${proxy}: ${text}` : `${proxy} answered ${proxyStatus}`;
    return new DemarcError('link.proxy', detail, { cause: thrown });
  }
  return new DemarcError(meaning(code), where === undefined ? text : `${where}: ${text}`, { cause: thrown });
}

/** Codes of Node and OpenSSL and what they mean; the first that fits counts. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^(ENOTFOUND$|EAI_)/, 'link.dns'],
  [/ALERT_CERTIFICATE_EXPIRED/, 'identity.expired'],
  [/ALERT_CERTIFICATE_REVOKED/, 'identity.revoked'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'check.tls-expired'],
  [/ALTNAME_INVALID|HOSTNAME_MISMATCH/, 'check.tls-name'],
  [/SELF_SIGNED|^UNABLE_TO_|^CERT_(UNTRUSTED|REJECTED|SIGNATURE_FAILURE)$|INVALID_CA/, 'check.tls-untrusted'],
  [/^(ERR_SSL|ERR_TLS|CERT_)|^EPROTO$/, 'link.tls'],
];

const meaning = (code: string): ErrorCode =>
  MEANINGS.find(([pattern]) => pattern.test(code))?.[1] ?? 'link.unreachable';

/** The error behind an HTTP answer that is not the wanted one. `body` is what it said, as far as it was read. */
export function refusal(status: number, retryAfter: string | undefined, body: string, now: number): RefusedError {
  const said = codeInBody(body);
  const code = said ?? 'link.refused';
  return new RefusedError(code, said === undefined ? `HTTP ${status}` : '', retryAfterMs(retryAfter, now));
}

function codeInBody(body: string): ErrorCode | undefined {
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json !== 'object' || json === null || !('code' in json) || typeof json.code !== 'string')
      return undefined;
    return Object.hasOwn(catalogue, json.code) ? (json.code as ErrorCode) : undefined;
  } catch {
    return undefined;
  }
}

/** Longest wait that a Retry-After may ask for, so that a wrong header does not silence a gateway. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Retry-After in seconds or as a date (RFC 9110 section 10.2.3), as milliseconds from now; at most one hour. */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const wait = /^\d{1,9}$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS) : undefined;
}
