/** What is found when a trunk is proven step by step: outputs of `trunk.verify` and `trunk.test-call`. */
import { z } from 'zod';

/** Which end of the trunk a step looks at. */
export const VerifyEnd = z.enum(['far-end', 'pbx']);
export type VerifyEnd = z.infer<typeof VerifyEnd>;

/** In the order in which they are taken. */
export const VerifyKind = z.enum(['dns', 'tcp', 'tls', 'options', 'register', 'call', 'media']);
export type VerifyKind = z.infer<typeof VerifyKind>;

/** One step. It is told when it begins (`running`) and again when it has ended; `id` is the same. */
export const VerifyStep = z.looseObject({
  id: z.string().max(32),
  end: VerifyEnd,
  kind: VerifyKind,
  status: z.enum(['running', 'ok', 'warning', 'error', 'skipped']),
  /** From the error catalogue, with a warning or an error. */
  code: z.string().max(64).optional(),
  /** What was found, in a sentence; with a code its cause. */
  detail: z.string().max(1000),
  nextStep: z.string().max(1000).optional(),
  durationMs: z.int().min(0),
  /** What went over the wire, shortened, without any secret. */
  evidence: z.array(z.string().max(1600)).max(12),
});
export type VerifyStep = z.infer<typeof VerifyStep>;

/** What both commands put out; `proven` when no step failed. While they run, `steps` grows. */
export const VerifyReport = z.looseObject({ steps: z.array(VerifyStep).max(20), proven: z.boolean() });
export type VerifyReport = z.infer<typeof VerifyReport>;
