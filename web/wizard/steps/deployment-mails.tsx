import { Button, Group, Stack, Text } from '@mantine/core';
import { Icon } from '#web/kit/icons.tsx';
import { Panel } from '#web/kit/panels.tsx';
import { usePbxs } from '../data/queries.ts';
import { text } from '../texts/index.ts';

const t = text.deployment;

/**
 * Leads to the mails with which people register (ONB-36). An administrator sends them, signed in at the console: whoever
 * is at the pages of a gateway may not let people into an account.
 */
export function DeploymentMails(props: { account: { id: string; consoleUrl: string | null } }) {
  const { id, consoleUrl } = props.account;
  const pbxs = usePbxs().data?.pbxs ?? [];
  if (consoleUrl === null || pbxs.length === 0) return null;
  const address = new URL('/users', consoleUrl);
  address.searchParams.set('mails', id);
  const ids = pbxs.map((pbx) => pbx.id);
  address.searchParams.set('filter', ids.length === 1 ? `pbx:eq:${ids.join()}` : `pbx:in:${ids.join()}`);
  return (
    <Panel title={t.mailsTitle}>
      <Stack gap="sm">
        <Text size="sm">{t.mailsLead}</Text>
        <Group>
          <Button
            component="a"
            href={address.href}
            target="_blank"
            rel="noopener noreferrer"
            variant="default"
            rightSection={<Icon name="launch" size={14} />}
          >
            {t.sendMails}
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}
