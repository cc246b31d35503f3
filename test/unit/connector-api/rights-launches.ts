/** The lines of the walk over routes about remote access. */
import type { Store } from '#connector/store/store.ts';
import type { Permission } from '#contract/access.ts';
import { type Client, type Site, START } from './support.ts';

const at = new Date(START).toISOString();

/** A session of the site; it has the id of its trunk, for it has a table of its own. */
export async function addLaunch(store: Store, site: Site, more: { reason?: string; id?: string } = {}): Promise<void> {
  await store.write(({ db }) =>
    db
      .insertInto('launch')
      .values({
        id: more.id ?? site.trunk,
        account_id: site.account,
        gateway_id: site.gateway,
        tunnel: `${site.pbx}.web`,
        name: 'PBX 1, Administration web interface',
        person_id: site.person,
        person_name: 'Uma User',
        reason: more.reason ?? 'ticket 4711',
        state: 'open',
        created_at: at,
        expires_at: at,
        ended_at: null,
        end_reason: null,
        ended_by: null,
        requests: 0,
        bytes_up: 0,
        bytes_down: 0,
      })
      .execute(),
  );
}

export const aboutLaunches: {
  name: string;
  permission: Permission;
  call: (client: Client, site: Site) => Promise<{ statusCode: number }>;
}[] = [
  {
    name: 'GET tunnels of an account',
    permission: 'inventory:view',
    call: (c, s) => c.get(`/tunnels?account=${s.account}`),
  },
  {
    name: 'GET launches of an account',
    permission: 'events:view',
    call: (c, s) => c.get(`/launches?account=${s.account}`),
  },
  {
    name: 'GET requests of a launch',
    permission: 'events:view',
    call: (c, s) => c.get(`/launches/${s.trunk}/requests`),
  },
  {
    name: 'POST launch',
    permission: 'support:launch',
    call: (c, s) => c.send('POST', '/launches', { gateway: s.gateway, tunnel: `${s.pbx}.web`, reason: 'ticket 4711' }),
  },
  {
    name: 'POST end of a launch',
    permission: 'support:launch',
    call: (c, s) => c.send('POST', `/launches/${s.trunk}/end`),
  },
];
