import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { GatewayDetail } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { said } from '#web/kit/said.ts';
import { text } from '../../texts/index.ts';

const t = text.gateway.standing;

/**
 * Why what is on the page may not be how it is now, since when, and what becomes of commands. The page itself stays: what
 * was last told is what support begins with (GWS-3, GWS-4).
 */
export function Standing(props: { gateway: GatewayDetail }) {
  const { presence, presenceSince, presenceReason, lastSeenAt } = props.gateway;
  if (presence === 'Online') return null;
  const words = t.words[presence];
  return (
    <Alert variant="default" icon={<Icon name={presence === 'Offline' ? 'error' : 'warning'} />} title={words.title}>
      <Stack gap={4}>
        {presence !== 'Never connected' && (
          <Text size="sm">
            {t.since} <Age at={presenceSince ?? lastSeenAt} />
            {presenceReason !== null && `: ${said(presenceReason)}`}. {t.lastSeen} <Age at={lastSeenAt} />.
          </Text>
        )}
        <Text size="sm">{words.says}</Text>
        {presence === 'Never connected' && (
          <Anchor component={Link} href="/claim" size="sm">
            {t.toClaim}
          </Anchor>
        )}
      </Stack>
    </Alert>
  );
}
