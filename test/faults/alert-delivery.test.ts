/** The connector dies between putting mails into its queue and sending them: none is lost, at most the one under way twice. */
import { join } from 'node:path';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { enqueue } from '#connector/alerts/deliveries.ts';
import { insertTarget } from '#connector/alerts/targets.ts';
import { Store } from '#connector/store/store.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { hasSmtpSink, startSmtpSink } from '#test/support/smtp-sink.ts';
import { ConnectorProcess } from '#test/support/stack.ts';

const MAILS = 4;

describe.skipIf(!hasSmtpSink)('mails of alerts in the queue', () => {
  it.each([0, 2])(
    'killed_while_the_server_has_taken_%i_mails_and_answers_slowly',
    async (taken) => {
      await using folder = await temporaryFolder('alert-kill');
      await using sink = await startSmtpSink({ folder: folder.path });
      const data = join(folder.path, 'connector');
      const env = { DEMARC_SMTP_URL: `smtp://127.0.0.1:${sink.port}`, DEMARC_SMTP_FROM: 'Demarc <alerts@example.com>' };
      await using connector = new ConnectorProcess({ data, port: await freePort(), env });
      await connector.start();
      await connector.stop();

      const path = join(data, 'connector.db');
      {
        const store = await Store.open({ path, clock: systemClock });
        const rest = { kind: 'mail', partner: 'p', account: null, language: 'en', secret: null, on: true } as const;
        const id = ulid();
        await store.write(async (work) => {
          const address = 'slow@example.com';
          await insertTarget(work, { ...rest, id, name: 'Ops', address }, new Date().toISOString());
          for (let n = 0; n < MAILS; n++) {
            const content = JSON.stringify({ subject: `Mail ${n}`, text: 'text' });
            await enqueue(work, { id }, { id: work.newId(), content }, Date.now());
          }
        });
        await store.close();
      }

      await connector.start();
      // The server has written the mail down but still owes its answer when the connector dies.
      await until('the server has the mail', 20_000, async () => (await sink.mails()).length > taken);
      await connector.stop('SIGKILL');
      await connector.start();
      const store = await Store.open({ path, clock: systemClock });
      try {
        await until('the queue is empty', 60_000, async () => {
          const left = await store.db.selectFrom('alert_delivery').select('id').execute();
          return left.length === 0;
        });
      } finally {
        await store.close();
      }
      const subjects = (await sink.mails()).map(({ subject }) => subject);
      expect([...new Set(subjects)]).toEqual(Array.from({ length: MAILS }, (_, n) => `Mail ${n}`));
      expect(subjects).toHaveLength(MAILS + 1);
      // The same mail keeps its Message-ID, so that a mail system can tell.
      expect(new Set((await sink.mails()).map(({ id }) => id)).size).toBe(MAILS);
    },
    90_000,
  );
});
