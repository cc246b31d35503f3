import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { BulkCommandAnswer, Gateway, MAX_PAGE, Page } from '#contract/api.ts';
import type { CommandName } from '#contract/commands.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { useAccount } from '../../data/account.tsx';
import { permissionFor } from '../../data/commands.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

const t = text.inventory;
const COMMAND: CommandName = 'inventory.report';

/** Asks every gateway of the account that is connected for its inventory; what comes shows by itself. */
export function ReportNow() {
  const api = useApi();
  const notice = useNotice();
  const { account } = useAccount();
  const may = useMay(permissionFor(COMMAND));
  const ask = useMutation({
    mutationFn: async () => {
      const query = { account, filter: 'presence:in:Online,Stale', limit: MAX_PAGE };
      const { items } = await api.get('/gateways', Page(Gateway), query);
      if (items.length === 0) return { asked: 0, refused: 0 };
      const wish = { name: COMMAND, gateways: items.map(({ id }) => id) };
      const key = crypto.randomUUID();
      const { results } = await api.send('POST', '/commands', BulkCommandAnswer, wish, { idempotencyKey: key });
      const refused = results.filter(({ refusal }) => refusal !== null).length;
      return { asked: results.length - refused, refused };
    },
    onSuccess: ({ asked, refused }) => notice(t.asked(asked, refused)),
  });
  if (!may || account === undefined) return null;
  return (
    <>
      <Button variant="default" leftSection={<Icon name="sync" />} loading={ask.isPending} onClick={() => ask.mutate()}>
        {t.reportNow}
      </Button>
      {ask.error && <ErrorPanel error={ask.error} />}
    </>
  );
}
