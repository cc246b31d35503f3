/** Names of fields whose value never leaves the process: not to a log, a bundle, an event or the cloud. */
const SECRET_FIELD = /(password|passwd|secret|token|apikey|privatekey|credential|authorization|cookie|community)/i;

/** What stands in the place of a secret. */
export const CENSORED = '[redacted]';

/** Whether a field of this name holds what never leaves the process. */
export const isSecretField = (name: string): boolean => SECRET_FIELD.test(name);

/** A deep copy with every secret-looking field censored. Bounded in depth; meant for documents, not for streams. */
export function redact(value: unknown, depth = 0): unknown {
  if (depth > 12) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_FIELD.test(key) && item !== null && item !== undefined ? CENSORED : redact(item, depth + 1),
    ]),
  );
}

/** The same net for pino: secrets are kept out by type first, this catches what slipped through. */
export const LOG_REDACTION = {
  paths: ['password', 'secret', 'token', 'key', 'bindPassword', 'pollSecret', 'authorization', 'cookie'].flatMap(
    (name) => [name, `*.${name}`],
  ),
  censor: CENSORED,
};
