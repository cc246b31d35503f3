/** What is known of a SIP trunk beside its settings and its health. */
import { z } from 'zod';
import { Command } from '../api.ts';

/** `GET /api/v1/trunks/{id}/proof`: the command that last proved the trunk or called through it; its output is the proof. */
export const TrunkProof = z.object({ command: Command.nullable() });
export type TrunkProof = z.infer<typeof TrunkProof>;
