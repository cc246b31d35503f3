import { type ComponentType, lazy } from 'react';
import type { Permission } from '#contract/access.ts';
import { text } from '../texts/index.ts';
import type { NavEntry } from './nav-entries.ts';

/** A page of the console: its route, its code (loaded when it is first opened), and its place in the navigation. */
interface ConsolePage {
  path: string;
  page: ComponentType;
  nav?: Omit<NavEntry, 'path'>;
  needs?: Permission;
  /** About the partner itself: only for its own people, and not while they act for one account (ROL-21). */
  whole?: boolean;
}

export const PAGES: readonly ConsolePage[] = [
  { path: '/', page: lazy(() => import('../pages/home/home.tsx')), nav: { label: text.nav.home, icon: 'home' } },
  {
    path: '/gateways',
    page: lazy(() => import('../pages/gateways/gateways.tsx')),
    nav: { label: text.nav.gateways, icon: 'gateway', group: 'fleet' },
    needs: 'support:view',
  },
  { path: '/gateways/:id', page: lazy(() => import('../pages/gateways/gateway.tsx')), needs: 'support:view' },
  { path: '/claim', page: lazy(() => import('../pages/gateways/claim.tsx')), needs: 'integrations:add' },
  {
    path: '/users',
    page: lazy(() => import('../pages/users/users.tsx')),
    nav: { label: text.nav.users, icon: 'users', group: 'directory' },
    needs: 'users:view',
  },
  { path: '/users/import', page: lazy(() => import('../pages/users/import.tsx')), needs: 'users:add' },
  {
    path: '/sync-runs',
    page: lazy(() => import('../pages/syncs/sync-runs.tsx')),
    nav: { label: text.nav.syncRuns, icon: 'sync', group: 'fleet' },
    needs: 'integrations:view',
  },
  { path: '/sync-runs/:id', page: lazy(() => import('../pages/syncs/sync-run.tsx')), needs: 'integrations:view' },
  {
    path: '/platforms',
    page: lazy(() => import('../pages/inventory/platforms.tsx')),
    nav: { label: text.nav.platforms, icon: 'platform', group: 'fleet' },
    needs: 'inventory:view',
  },
  {
    path: '/applications',
    page: lazy(() => import('../pages/inventory/applications.tsx')),
    nav: { label: text.nav.applications, icon: 'application', group: 'fleet' },
    needs: 'inventory:view',
  },
  {
    path: '/integrations',
    page: lazy(() => import('../pages/integrations/integrations.tsx')),
    nav: { label: text.nav.integrations, icon: 'plug', group: 'fleet' },
    needs: 'integrations:view',
  },
  {
    path: '/numbers',
    page: lazy(() => import('../pages/numbers/ranges.tsx')),
    nav: { label: text.nav.numbers, icon: 'number', group: 'voice' },
    needs: 'integrations:view',
  },
  { path: '/numbers/dids', page: lazy(() => import('../pages/numbers/dids.tsx')), needs: 'integrations:view' },
  {
    path: '/locations',
    page: lazy(() => import('../pages/locations/locations.tsx')),
    nav: { label: text.nav.locations, icon: 'place', group: 'voice' },
    needs: 'integrations:view',
  },
  {
    path: '/trunks',
    page: lazy(() => import('../pages/trunks/trunks.tsx')),
    nav: { label: text.nav.trunks, icon: 'wave', group: 'voice' },
    needs: 'integrations:view',
  },
  { path: '/trunks/:id', page: lazy(() => import('../pages/trunks/trunk.tsx')), needs: 'integrations:view' },
  {
    path: '/alerts',
    page: lazy(() => import('../pages/alerts/alerts.tsx')),
    nav: { label: text.nav.alerts, icon: 'bell', group: 'support' },
    needs: 'settings:view',
  },
  {
    path: '/support-logs',
    page: lazy(() => import('../pages/support-logs/support-logs.tsx')),
    nav: { label: text.supportLogs.title, icon: 'log', group: 'support' },
    needs: 'support:view',
  },
  {
    path: '/support-logs/new',
    page: lazy(() => import('../pages/support-logs/support-logs.tsx')),
    nav: { label: text.supportLogs.problem, icon: 'flag', group: 'support' },
    needs: 'support:view',
  },
  {
    path: '/support-logs/files',
    page: lazy(() => import('../pages/support-logs/collected-files.tsx')),
    needs: 'support:logs',
  },
  { path: '/notifications', page: lazy(() => import('../pages/notifications/notifications.tsx')) },
  {
    path: '/settings/alerts',
    page: lazy(() => import('../pages/alerts/settings-alerts.tsx')),
    nav: { label: text.nav.alertSettings, icon: 'settings', group: 'administration' },
    needs: 'settings:view',
  },
  {
    path: '/events',
    page: lazy(() => import('../pages/events/events.tsx')),
    nav: { label: text.nav.events, icon: 'event', group: 'support' },
    needs: 'events:view',
  },
  {
    path: '/launches',
    page: lazy(() => import('../pages/tunnels/launches.tsx')),
    nav: { label: text.tunnels.pageTitle, icon: 'launch', group: 'support' },
    needs: 'events:view',
  },
  {
    path: '/commands',
    page: lazy(() => import('../pages/commands/commands.tsx')),
    nav: { label: text.nav.commands, icon: 'command', group: 'fleet' },
    needs: 'integrations:view',
  },
  {
    path: '/accounts',
    page: lazy(() => import('../pages/accounts/accounts.tsx')),
    nav: { label: text.nav.accounts, icon: 'account', group: 'administration' },
    needs: 'accounts:view',
  },
  { path: '/accounts/:id', page: lazy(() => import('../pages/accounts/account.tsx')), needs: 'accounts:view' },
  {
    path: '/people',
    page: lazy(() => import('../pages/people/people.tsx')),
    nav: { label: text.nav.people, icon: 'person', group: 'administration' },
    needs: 'people:view',
  },
  {
    path: '/account-managers',
    page: lazy(() => import('../pages/managers/managers.tsx')),
    nav: { label: text.nav.managers, icon: 'users', group: 'administration' },
    needs: 'people:view',
    whole: true,
  },
  {
    path: '/account-managers/accounts',
    page: lazy(() => import('../pages/managers/managed-accounts.tsx')),
    needs: 'people:view',
    whole: true,
  },
  {
    path: '/roles',
    page: lazy(() => import('../pages/roles/roles.tsx')),
    nav: { label: text.nav.roles, icon: 'check', group: 'administration' },
    needs: 'roles:view',
  },
  { path: '/roles/:id', page: lazy(() => import('../pages/roles/role.tsx')), needs: 'roles:view' },
  {
    path: '/settings/tokens',
    page: lazy(() => import('../pages/settings/tokens.tsx')),
    nav: { label: text.nav.tokens, icon: 'command', group: 'administration' },
    needs: 'settings:view',
  },
  {
    path: '/settings/sign-in',
    page: lazy(() => import('../pages/settings/sign-in-provider.tsx')),
    nav: { label: text.nav.signInSettings, icon: 'settings', group: 'administration' },
    needs: 'settings:view',
    whole: true,
  },
  { path: '/profile', page: lazy(() => import('../pages/settings/profile.tsx')) },
];
