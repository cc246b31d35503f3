import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { Role } from '#contract/access.ts';
import { RoleInfo } from '#contract/api/roles.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { text } from '../texts/index.ts';
import { useMe } from './me.tsx';

const Roles = z.object({ items: z.array(RoleInfo) });

/** A role as people read it: one of the product in their language, a custom one by its name. */
export function roleLabel(role: string, name: string): string {
  const named = Role.safeParse(role);
  return named.success ? text.roles.names[named.data] : name;
}

/** Every role of the partner, or (with an account) those that can be given there. */
export function useRoles(account: string | undefined, enabled = true) {
  const api = useApi();
  return useQuery({
    queryKey: ['roles', 'list', account ?? null],
    queryFn: async ({ signal }) => (await api.get('/roles', Roles, { account }, signal)).items,
    enabled,
  });
}

/**
 * Roles that the person can give in an account, or (null) among the partner's own people: those that grant nothing that
 * they do not hold themselves. The server judges again.
 */
export function useGivableRoles(account: string | null): { value: string; label: string }[] {
  const { permissions } = useMe();
  const roles = useRoles(account ?? undefined).data ?? [];
  const custom = (role: RoleInfo) => (account === null ? role.base === 'Partner' : role.base === 'Account Admin');
  const named = account === null ? ['Partner', 'Account Manager', 'Support'] : ['Account Admin', 'Support', 'User'];
  return roles
    .filter((role) => (role.custom ? custom(role) : named.includes(role.id)))
    .filter((role) => role.permissions.every((one) => permissions.includes(one)))
    .map((role) => ({ value: role.id, label: roleLabel(role.id, role.name) }));
}
