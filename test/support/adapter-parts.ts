/** What an adapter is handed in tests, and what it gave. */
import { pino } from 'pino';
import { systemClock } from '#config/clock.ts';
import type { PbxUser, UserItem } from '#pbx-adapters/adapter.ts';
import { createLoginGuard, type LoginGuard, type LoginGuardState } from '#pbx-adapters/login-guard.ts';

/** A silent log, the system's clock and a login guard of the real rule; log lines are collected. */
export function adapterParts(state?: { kept: LoginGuardState | undefined; fingerprint?: string }) {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const kept = state ?? { kept: undefined };
  const loginGuard: LoginGuard = createLoginGuard({
    fingerprint: kept.fingerprint ?? 'a',
    state: kept.kept,
    save: async (next) => {
      kept.kept = next;
    },
  });
  return { log, clock: systemClock, loginGuard, lines };
}

/** Everything that a stream of users gives. */
export async function collect(items: AsyncIterable<UserItem>): Promise<{ users: PbxUser[]; items: UserItem[] }> {
  const all: UserItem[] = [];
  for await (const item of items) all.push(item);
  return { items: all, users: all.flatMap((item) => (item.kind === 'user' ? [item.user] : [])) };
}
