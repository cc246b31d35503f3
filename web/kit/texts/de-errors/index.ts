import type { ErrorCode } from '#contract/errors/catalogue.ts';
import type { ErrorWords } from '../../errors-in-language.ts';

/** The catalogue of errors in German; test/unit/web/languages.test.ts names the codes that it lacks. */
export const errorTexts: Partial<Record<ErrorCode, ErrorWords>> = {};
