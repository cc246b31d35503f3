import type { IconName } from '#web/kit/icons.tsx';

/** Subjects of the navigation, in its order. A page without one stands above them all. */
export const GROUPS = ['fleet', 'directory', 'voice', 'support', 'administration'] as const;
export type NavGroup = (typeof GROUPS)[number];

export interface NavEntry {
  path: string;
  label: string;
  icon: IconName;
  group?: NavGroup;
}

/** The entry that a path belongs to: the one whose own path is the longest beginning of it, by whole parts. */
export function currentEntry<Entry extends { path: string }>(
  path: string,
  entries: readonly Entry[],
): Entry | undefined {
  return entries
    .filter((entry) => path === entry.path || (entry.path !== '/' && path.startsWith(`${entry.path}/`)))
    .reduce<Entry | undefined>(
      (best, entry) => (best === undefined || entry.path.length > best.path.length ? entry : best),
      undefined,
    );
}
