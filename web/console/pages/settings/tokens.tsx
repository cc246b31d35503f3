import { Stack } from '@mantine/core';
import { PageHeader } from '#web/kit/panels.tsx';
import { useMay, useMe } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { text } from '../../texts/index.ts';
import { ApiTokens } from './api-tokens.tsx';
import { ProvisioningTokens } from './provisioning-tokens.tsx';

const t = text.tokens;

/** Tokens of the account in view, or (with none) those for all of the partner's. */
export default function Tokens() {
  const { role } = useMe();
  const { chosen, only } = useOneAccount();
  const account = chosen ?? only;
  const maySeeProvisioning = useMay('integrations:view');
  const place = chosen ?? (role === 'Partner' ? null : only);
  return (
    <>
      <PageHeader title={t.title} note={t.note} />
      <Stack>
        {place !== undefined && <ApiTokens key={place} account={place} />}
        {maySeeProvisioning && <ProvisioningTokens key={`provisioning ${account}`} account={account} />}
      </Stack>
    </>
  );
}
