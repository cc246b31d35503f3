import type { z } from 'zod';
import { ErrorBody } from '#contract/api.ts';
import { errorsInLanguage } from '../errors-in-language.ts';
import { kitText } from '../texts/index.ts';

/** A gateway numbers no requests: its log is one person's. */
const Refusal = ErrorBody.partial({ requestId: true });

/** An error as the person in front of the screen is told it. `status` is 0 when no answer came at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly nextStep: string | undefined;
  readonly field: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, body: z.infer<typeof Refusal>) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = body.code;
    this.nextStep = body.nextStep;
    this.field = body.field;
    this.requestId = body.requestId;
  }
}

/** Reads the body of a refusal; one that is not ours (a proxy's page) becomes an error that says so. */
export function errorFromAnswer(status: number, text: string): ApiError {
  const parsed = Refusal.safeParse(parseJson(text));
  if (parsed.success) return new ApiError(status, parsed.data);
  return new ApiError(status, {
    code: 'console.unreadable-answer',
    message: kitText.unreadable(status),
    nextStep: kitText.unreadableNext,
  });
}

/** Turns whatever was thrown into an ApiError; the only place of the console that does. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError(0, {
    code: 'console.unforeseen',
    message: thrown instanceof Error ? thrown.message : String(thrown),
    nextStep: kitText.unforeseenNext,
  });
}

/** JSON with its errors in the language of the page, or undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, errorsInLanguage);
  } catch {
    return undefined;
  }
}
