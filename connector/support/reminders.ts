import { type Selectable, sql } from 'kysely';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { AlertLanguage } from '#contract/alerts.ts';
import { enqueue } from '../alerts/deliveries.ts';
import type { Tables } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { contactsOf } from './contacts.ts';
import { reminderMail } from './reminder-mail.ts';

const DAY_MS = 86_400_000;
/** How often the contacts are reminded of a log that stays open. */
export const REMIND_MS = 3 * DAY_MS;
const LOOK_MS = 3_600_000;

interface Options {
  store: Store;
  clock: Clock;
  log: Log;
  publicUrl: string;
}

type OpenLog = Pick<Selectable<Tables['support_log']>, 'id' | 'title' | 'created_at'>;

/** Reminds the support contacts, by one mail for each account, of logs that stay open (LOG-7). */
export class SupportReminders {
  readonly #options: Options;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Looks at once and then every hour until `stop`. */
  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
    this.#look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work;
  }

  #look(): void {
    this.#work = this.#work.then(async () => {
      try {
        await remind(this.#options);
      } catch (error) {
        this.#options.log.error(
          { code: 'support.not-reminded', err: error },
          'nobody could be reminded of open support logs; next try in an hour',
        );
      }
    });
  }
}

/** Puts the mails that are due into the queue, in the transaction that notes it. @returns how many mails were made */
export async function remind({ store, clock, publicUrl }: Omit<Options, 'log'>): Promise<number> {
  const now = clock.now();
  const before = new Date(now - REMIND_MS).toISOString();
  const due = await store.db
    .selectFrom('support_log')
    .innerJoin('account', 'account.id', 'support_log.account_id')
    .select(['account.id', 'account.name', 'account.partner_id'])
    // Written out: the index holds only these rows.
    .where('state', '=', sql.lit('Open'))
    .where('reminded_at', '<=', before)
    .where('account.status', '=', 'Active')
    .groupBy(['account.id', 'account.name', 'account.partner_id'])
    .execute();
  let made = 0;
  for (const account of due) {
    made += await store.write(async (work) => {
      const contacts = await contactsOf(work, account);
      if (contacts.length === 0) return 0;
      const logs: OpenLog[] = await work.db
        .updateTable('support_log')
        .set({ reminded_at: new Date(now).toISOString() })
        .where('account_id', '=', account.id)
        .where('state', '=', 'Open')
        .returning(['id', 'title', 'created_at'])
        .execute();
      for (const contact of contacts) {
        const language = AlertLanguage.catch('en').parse(contact.language);
        const link = `${publicUrl}/support-logs?filter=state%3Aeq%3AOpen`;
        const mail = reminderMail(logs, { account: account.name, language, link });
        await enqueue(work, contact, { id: work.newId(), content: JSON.stringify(mail) }, now);
      }
      return contacts.length;
    });
  }
  return made;
}
