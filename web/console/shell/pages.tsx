import type { Permission } from '#contract/access.ts';
import { type OnDemand, onDemand } from '#web/kit/on-demand.tsx';
import { text } from '../texts/index.ts';
import type { NavEntry } from './nav-entries.ts';

/** A page of the console: its route, its code (loaded when it is first opened), and its place in the navigation. */
interface ConsolePage extends OnDemand {
  path: string;
  nav?: Omit<NavEntry, 'path'>;
  needs?: Permission;
  /** About the partner itself: only for its own people, and not while they act for one account (ROL-21). */
  whole?: boolean;
}

export const PAGES: readonly ConsolePage[] = [
  { path: '/', ...onDemand(() => import('../pages/home/home.tsx')), nav: { label: text.nav.home, icon: 'home' } },
  {
    path: '/gateways',
    ...onDemand(() => import('../pages/gateways/gateways.tsx')),
    nav: { label: text.nav.gateways, icon: 'gateway', group: 'fleet' },
    needs: 'support:view',
  },
  { path: '/gateways/:id', ...onDemand(() => import('../pages/gateways/gateway.tsx')), needs: 'support:view' },
  { path: '/claim', ...onDemand(() => import('../pages/gateways/claim.tsx')), needs: 'integrations:add' },
  {
    path: '/users',
    ...onDemand(() => import('../pages/users/users.tsx')),
    nav: { label: text.nav.users, icon: 'users', group: 'directory' },
    needs: 'users:view',
  },
  { path: '/users/import', ...onDemand(() => import('../pages/users/import.tsx')), needs: 'users:add' },
  {
    path: '/sync-runs',
    ...onDemand(() => import('../pages/syncs/sync-runs.tsx')),
    nav: { label: text.nav.syncRuns, icon: 'sync', group: 'fleet' },
    needs: 'integrations:view',
  },
  { path: '/sync-runs/:id', ...onDemand(() => import('../pages/syncs/sync-run.tsx')), needs: 'integrations:view' },
  {
    path: '/platforms',
    ...onDemand(() => import('../pages/inventory/platforms.tsx')),
    nav: { label: text.nav.platforms, icon: 'platform', group: 'fleet' },
    needs: 'inventory:view',
  },
  {
    path: '/applications',
    ...onDemand(() => import('../pages/inventory/applications.tsx')),
    nav: { label: text.nav.applications, icon: 'application', group: 'fleet' },
    needs: 'inventory:view',
  },
  {
    path: '/integrations',
    ...onDemand(() => import('../pages/integrations/integrations.tsx')),
    nav: { label: text.nav.integrations, icon: 'plug', group: 'fleet' },
    needs: 'integrations:view',
  },
  {
    path: '/numbers',
    ...onDemand(() => import('../pages/numbers/ranges.tsx')),
    nav: { label: text.nav.numbers, icon: 'number', group: 'voice' },
    needs: 'integrations:view',
  },
  { path: '/numbers/dids', ...onDemand(() => import('../pages/numbers/dids.tsx')), needs: 'integrations:view' },
  {
    path: '/locations',
    ...onDemand(() => import('../pages/locations/locations.tsx')),
    nav: { label: text.nav.locations, icon: 'place', group: 'voice' },
    needs: 'integrations:view',
  },
  {
    path: '/trunks',
    ...onDemand(() => import('../pages/trunks/trunks.tsx')),
    nav: { label: text.nav.trunks, icon: 'wave', group: 'voice' },
    needs: 'integrations:view',
  },
  { path: '/trunks/:id', ...onDemand(() => import('../pages/trunks/trunk.tsx')), needs: 'integrations:view' },
  {
    path: '/alerts',
    ...onDemand(() => import('../pages/alerts/alerts.tsx')),
    nav: { label: text.nav.alerts, icon: 'bell', group: 'support' },
    needs: 'settings:view',
  },
  {
    path: '/support-logs',
    ...onDemand(() => import('../pages/support-logs/support-logs.tsx')),
    nav: { label: text.supportLogs.title, icon: 'log', group: 'support' },
    needs: 'support:view',
  },
  {
    path: '/support-logs/new',
    ...onDemand(() => import('../pages/support-logs/support-logs.tsx')),
    nav: { label: text.supportLogs.problem, icon: 'flag', group: 'support' },
    needs: 'support:view',
  },
  {
    path: '/support-logs/files',
    ...onDemand(() => import('../pages/support-logs/collected-files.tsx')),
    needs: 'support:logs',
  },
  { path: '/notifications', ...onDemand(() => import('../pages/notifications/notifications.tsx')) },
  {
    path: '/settings/alerts',
    ...onDemand(() => import('../pages/alerts/settings-alerts.tsx')),
    nav: { label: text.nav.alertSettings, icon: 'settings', group: 'administration' },
    needs: 'settings:view',
  },
  {
    path: '/events',
    ...onDemand(() => import('../pages/events/events.tsx')),
    nav: { label: text.nav.events, icon: 'event', group: 'support' },
    needs: 'events:view',
  },
  {
    path: '/launches',
    ...onDemand(() => import('../pages/tunnels/launches.tsx')),
    nav: { label: text.tunnels.pageTitle, icon: 'launch', group: 'support' },
    needs: 'events:view',
  },
  {
    path: '/commands',
    ...onDemand(() => import('../pages/commands/commands.tsx')),
    nav: { label: text.nav.commands, icon: 'command', group: 'fleet' },
    needs: 'integrations:view',
  },
  {
    path: '/accounts',
    ...onDemand(() => import('../pages/accounts/accounts.tsx')),
    nav: { label: text.nav.accounts, icon: 'account', group: 'administration' },
    needs: 'accounts:view',
  },
  { path: '/accounts/:id', ...onDemand(() => import('../pages/accounts/account.tsx')), needs: 'accounts:view' },
  {
    path: '/people',
    ...onDemand(() => import('../pages/people/people.tsx')),
    nav: { label: text.nav.people, icon: 'person', group: 'administration' },
    needs: 'people:view',
  },
  {
    path: '/account-managers',
    ...onDemand(() => import('../pages/managers/managers.tsx')),
    nav: { label: text.nav.managers, icon: 'users', group: 'administration' },
    needs: 'people:view',
    whole: true,
  },
  {
    path: '/account-managers/accounts',
    ...onDemand(() => import('../pages/managers/managed-accounts.tsx')),
    needs: 'people:view',
    whole: true,
  },
  {
    path: '/roles',
    ...onDemand(() => import('../pages/roles/roles.tsx')),
    nav: { label: text.nav.roles, icon: 'check', group: 'administration' },
    needs: 'roles:view',
  },
  { path: '/roles/:id', ...onDemand(() => import('../pages/roles/role.tsx')), needs: 'roles:view' },
  {
    path: '/settings/tokens',
    ...onDemand(() => import('../pages/settings/tokens.tsx')),
    nav: { label: text.nav.tokens, icon: 'command', group: 'administration' },
    needs: 'settings:view',
  },
  {
    path: '/settings/sign-in',
    ...onDemand(() => import('../pages/settings/sign-in-provider.tsx')),
    nav: { label: text.nav.signInSettings, icon: 'settings', group: 'administration' },
    needs: 'settings:view',
    whole: true,
  },
  { path: '/profile', ...onDemand(() => import('../pages/settings/profile.tsx')) },
];

/** Begins to load the code of the page at the path, while it is still asked who is signed in. */
export function loadAhead(path: string): void {
  const fits = (route: string) => new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(path);
  // What cannot be loaded now is loaded again, and told, when the page is shown.
  PAGES.find((page) => fits(page.path))
    ?.load()
    .catch(() => undefined);
}
