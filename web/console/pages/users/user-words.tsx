import { type User, UserRole } from '#contract/api/users.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';

const t = text.users;

/** A role in the language of the page; the partner's own roles have their own names. */
export function roleName(role: string): string {
  const known = UserRole.safeParse(role);
  return known.success ? t.roles[known.data] : role;
}

/** How a user stands: active, inactive, or there on the PBX only. */
export const UserStatusBadge = ({ user: { status } }: { user: Pick<User, 'status'> }) => (
  <StatusBadge
    tone={status === 'Active' ? 'good' : 'quiet'}
    icon={status === 'Active' ? 'success' : status === 'Inactive' ? 'pause' : 'off'}
  >
    {t.statuses[status]}
  </StatusBadge>
);
