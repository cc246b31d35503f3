/**
 * The connector's tables as kysely sees them. Ids are ULIDs as text, instants are ISO text in UTC, documents are JSON
 * text, flags are 0 or 1: types that SQLite and PostgreSQL store alike. The tenant (`account_id`) leads every index of
 * tenant data.
 */
import type { AccessTables } from './tables/access.ts';
import type { EventsTables } from './tables/events.ts';
import type { GatewaysTables } from './tables/gateways.ts';
import type { InventoryTables } from './tables/inventory.ts';
import type { SupportTables } from './tables/support.ts';
import type { TrunksTables } from './tables/trunks.ts';
import type { UsersTables } from './tables/users.ts';

export interface Tables
  extends AccessTables,
    GatewaysTables,
    UsersTables,
    InventoryTables,
    TrunksTables,
    SupportTables,
    EventsTables {}
