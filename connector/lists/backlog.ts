import type { OutboxState } from '#contract/envelope.ts';

/**
 * What a gateway still has to send: as it last told it, less what was committed since. A queue that was told at the
 * birth and has drained meanwhile is shown as empty, not as it was.
 */
export function backlogNow(told: OutboxState | null, acked: number): OutboxState | null {
  if (told === null || acked < told.next - 1) return told;
  return { ...told, low: acked + 1, next: Math.max(told.next, acked + 1), records: 0, bytes: 0, oldestAt: null };
}
