import type { UserRecord } from '#contract/users.ts';

const COLUMNS = ['extension', 'name', 'email', 'workPhone', 'mobilePhone', 'department', 'loginId', 'key'] as const;

/** Bytes that make a spreadsheet take the file for UTF-8. */
const MARK = '\ufeff';

/**
 * Users as CSV (RFC 4180), for whoever corrects them in the PBX. A text that a spreadsheet would take for a formula gets
 * an apostrophe before it; a phone number is none.
 */
export async function* irregularCsv(users: AsyncIterable<UserRecord>): AsyncGenerator<string> {
  yield `${MARK}${COLUMNS.join(',')},irregularities\r\n`;
  for await (const user of users) {
    const fields = [...COLUMNS.map((column) => user[column] ?? ''), user.irregularities.join(' ')];
    yield `${fields.map(field).join(',')}\r\n`;
  }
}

function field(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) && !/^\+?[\d ]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
