import type { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';

/** An error of the SSH library as ours: by what it concerns, since it has no codes. */
export function sshError(thrown: unknown, where: string): DemarcError {
  const level = thrown instanceof Error && 'level' in thrown ? String(thrown.level) : '';
  if (level === 'client-authentication') return networkError(thrown, where, 'pbx.bad-credentials');
  if (level === 'client-socket') return networkError(thrown, where, 'pbx.unreachable');
  return networkError(thrown, where, 'ssh.protocol');
}
