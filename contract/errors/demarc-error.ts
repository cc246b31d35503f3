import { catalogue, type ErrorCode } from './catalogue.ts';

/** An error as a person is shown it, on the wire and in the API. */
export interface ErrorText {
  code: string;
  message: string;
  nextStep: string;
}

/**
 * The one error class of the product: a code from the catalogue, a plain cause, the next step for the reader.
 * `detail` says what was met this time (a host, a line number) and must hold no secret.
 */
export class DemarcError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${catalogue[code].cause} (${detail})` : catalogue[code].cause, options);
    this.name = 'DemarcError';
    this.code = code;
    this.detail = detail;
  }

  /** HTTP status for the API. */
  get status(): number {
    return catalogue[this.code].status;
  }

  get nextStep(): string {
    return catalogue[this.code].nextStep;
  }

  toText(): ErrorText {
    return { code: this.code, message: this.message, nextStep: this.nextStep };
  }
}

/** Turns whatever was thrown into ours; the only place that does. What we do not know becomes `internal`. */
export function toDemarcError(thrown: unknown): DemarcError {
  if (thrown instanceof DemarcError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new DemarcError('internal', text.slice(0, 300), { cause: thrown });
}
