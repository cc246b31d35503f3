import { Text } from '@mantine/core';
import { PageHeader } from '#web/kit/panels.tsx';
import { useAccount } from '../../data/account.tsx';
import { text } from '../../texts/index.ts';
import { IntegrationsPage } from './panel.tsx';

const t = text.integrations;

/** Integrations & Apps: the panel of the account in view (INT-1). */
export default function Integrations() {
  const { account } = useAccount();
  if (account !== undefined) return <IntegrationsPage key={account} account={account} />;
  return (
    <>
      <PageHeader title={t.title} />
      <Text size="sm">{t.chooseAccount}</Text>
    </>
  );
}
