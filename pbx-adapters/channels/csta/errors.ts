import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CstaElement } from './xml.ts';

/** Values that say more than their class does. */
const byValue: readonly (readonly [RegExp, ErrorCode])[] = [
  [/LimitExceeded$/, 'csta.limit'],
  [/^(serviceNotSupported|requestedServiceNotSupported|featureNotAvailable)$/i, 'csta.not-offered'],
  [/^(privilegeViolation|security)/i, 'csta.no-access'],
  [/^(resourceBusy|serviceBusy|.*Busy)$/, 'csta.busy'],
];

/** The classes of ECMA-323; the misspelt one is the schema's own. Every other class is `csta.refused`. */
const byClass: Readonly<Record<string, ErrorCode>> = {
  operation: 'csta.refused',
  stateIncompatibility: 'csta.wrong-state',
  systemResourceAvailibility: 'csta.busy',
  systemResourceAvailability: 'csta.busy',
  subscribedResourceAvailability: 'csta.limit',
  subscribedResourceAvailibility: 'csta.limit',
  performanceManagement: 'csta.busy',
  security: 'csta.no-access',
};

/** A CSTAErrorCode as ours; `what` is the request that it answers. Class and value are in the detail. */
export function cstaError(root: CstaElement, what: string): DemarcError {
  const [errorClass] = root.names();
  // Some stacks put one more element between class and value.
  const found = errorClass === undefined ? undefined : root.at(errorClass);
  const value = found?.text || found?.names()[0] || '';
  const code =
    byValue.find(([pattern]) => pattern.test(value))?.[1] ??
    (errorClass !== undefined && Object.hasOwn(byClass, errorClass) ? byClass[errorClass] : undefined);
  const told = [errorClass ?? root.text, value].filter(Boolean).join(' = ');
  return new DemarcError(code ?? 'csta.refused', `${what}: ${(told || 'no reason given').slice(0, 200)}`);
}

/** The answers to a wish for a session that have an entry of their own (ECMA-354). */
const bySessionReason: Readonly<Record<string, ErrorCode>> = {
  serverResourcesBusy: 'csta.busy',
  maxNumberSessions: 'csta.session-limit',
  requestedProtocolVersionNotSupported: 'csta.not-offered',
};

/** The reason of a refused session or of a refused renewal: `definedError`, or the vendor's own word. */
export function sessionReason(root: CstaElement): string {
  const error = root.at('errorCode');
  return (error?.textAt('definedError') ?? error?.textAt('applError') ?? error?.text ?? '').slice(0, 200);
}

/** A negative answer to StartApplicationSession as ours. */
export function sessionError(root: CstaElement): DemarcError {
  const reason = sessionReason(root) || 'no reason given';
  const code = Object.hasOwn(bySessionReason, reason) ? bySessionReason[reason] : undefined;
  return new DemarcError(code ?? 'csta.session-refused', reason);
}
