/** What a person is told in the console: alerts of the accounts they see, and how what they asked for goes (NTF-1 to NTF-4). */
import { z } from 'zod';
import { CommandState } from '../commands.ts';
import { Id, Instant } from '../ids.ts';
import { Reason } from '../users.ts';

/** How the thing stands that it tells of. */
export const NotificationState = z.enum(['In progress', 'Done', 'Failed', 'Canceled', 'Open', 'Resolved']);
export type NotificationState = z.infer<typeof NotificationState>;

/** `GET /api/v1/notifications`: of the last 30 days, the latest first. */
export const Notification = z.object({
  /** That of the alert, command or import. */
  id: Id,
  kind: z.enum(['alert', 'command', 'import']),
  account: Id,
  accountName: z.string(),
  gateway: Id.nullable(),
  gatewayName: z.string().nullable(),
  /** Of an alert its rule, of a command its name, of an import of users its file. */
  name: z.string(),
  state: NotificationState,
  severity: z.enum(['info', 'warning', 'error']),
  /** What an alert says; null for a command, which is told by its name, state and output. */
  message: z.string().nullable(),
  command: z.object({ state: CommandState, output: z.unknown() }).nullable(),
  /** Of an import, how many rows have become users, of how many that were to. */
  users: z.object({ applied: z.int(), wanted: z.int() }).nullable(),
  /** Of what went wrong: the message of the back end as it came, with its code and the next step (NTF-2). */
  reason: Reason.nullable(),
  at: Instant,
  /** Read by this person since it last had news. What is in progress has none. */
  read: z.boolean(),
});
export type Notification = z.infer<typeof Notification>;

/** `GET /api/v1/notifications/unread`: for the badge. `newest` tells one state of the list from another. */
export const UnreadNotifications = z.object({ unread: z.int(), newest: z.string().nullable() });
export type UnreadNotifications = z.infer<typeof UnreadNotifications>;

/** `POST /api/v1/notifications/read`: those that are named; all when none is. */
export const NotificationsRead = z.strictObject({ ids: z.array(Id).max(200).optional() });
