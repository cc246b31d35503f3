import type { User } from '#contract/api/users.ts';
import { toCsv } from '#web/kit/format/csv.ts';
import { saveCsv } from '#web/kit/save-csv.ts';
import { text } from '../../texts/index.ts';

const t = text.users;

/** Hands the selected users to the browser as a CSV file. */
export function saveUsers(users: readonly User[]): void {
  const csv = toCsv(
    [
      t.name,
      t.firstName,
      t.lastName,
      t.email,
      t.ext,
      t.work,
      t.mobile,
      t.login,
      t.department,
      t.pbx,
      t.role,
      t.status,
      t.registered,
    ],
    users.map((user) => [
      user.name,
      user.firstName ?? '',
      user.lastName ?? '',
      user.email ?? '',
      user.extension ?? '',
      user.workPhone ?? '',
      user.mobilePhone ?? '',
      user.loginId ?? '',
      user.department ?? '',
      user.pbxName ?? '',
      user.role,
      user.status,
      user.registered ? t.yes : t.no,
    ]),
  );
  saveCsv('users.csv', csv);
}
