import { Alert, Button, Group, Loader, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { Account } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { countryName } from '#web/kit/format/countries.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useAccount } from '../../data/account.tsx';
import { useOne } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { IntegrationsPanel } from '../integrations/panel.tsx';
import { AccountEditForm } from './account-edit.tsx';
import { AccountStepDialog, AccountSteps, type AccountWish } from './account-life.tsx';
import { SupportContacts } from './support-contacts.tsx';

const t = text.accounts;

/** The information page of an account (ACC-5 to ACC-11, ACC-15). */
export default function AccountPage() {
  const { id } = useParams<{ id: string }>();
  const found = useOne('accounts', Account, id);
  if (found.error) return <ErrorPanel error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Loader aria-label={kitText.loading} role="status" />;
  return <Information account={found.data} />;
}

function Information(props: { account: Account }) {
  const { account } = props;
  const [, navigate] = useLocation();
  const { choose } = useAccount();
  const [mayEdit, mayDelete] = [useMay('accounts:edit'), useMay('accounts:delete')];
  const maySeeIntegrations = useMay('integrations:view');
  const [isEditing, setEditing] = useState(false);
  const [wish, setWish] = useState<AccountWish | undefined>();
  const isActive = account.status === 'Active';
  const see = (path: string) => () => {
    choose(account.id);
    navigate(path);
  };
  return (
    <>
      <PageHeader
        title={t.infoOf(account.name)}
        actions={
          <>
            {mayEdit && isActive && <Button onClick={() => setEditing(true)}>{t.edit}</Button>}
            {mayDelete && <AccountSteps account={account} onWish={setWish} />}
          </>
        }
      />
      {!isActive && (
        <Alert variant="default" icon={<Icon name="off" />} title={t.statuses.Deactivated} mb="md">
          <Text size="sm">{t.life.deactivate.effect}</Text>
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }} mb="md">
        <Panel title={t.information}>
          <Facts
            items={[
              [t.customerName, account.name],
              [
                t.id,
                <Group key="id" gap={4} wrap="nowrap">
                  <span className="dk-mono">{account.id}</span>
                  <CopyButton value={account.id} label={t.id} />
                </Group>,
              ],
              [t.address1, account.address1],
              [t.address2, account.address2],
              [t.postalCode, account.postalCode],
              [t.city, account.city],
              [t.province, account.province],
              [t.country, countryName(account.country)],
              [t.language, account.language && t.languages[account.language]],
              [t.businessType, account.businessType && t.businessTypes[account.businessType]],
              [t.billingNumber, account.billingNumber],
              [t.cloudLocation, account.cloudLocation],
              [
                t.pbxTypes,
                account.pbxTypes.length === 0 ? (
                  <span key="none" className="dk-dimmed">
                    {t.pbxNone}
                  </span>
                ) : (
                  account.pbxTypes.map((type) => text.integrations.kinds[type]).join(', ')
                ),
              ],
              [t.created, <Age key="created" at={account.createdAt} />],
              [t.modified, <Age key="modified" at={account.modifiedAt} />],
            ]}
          />
        </Panel>
        <Stack>
          <Panel title={t.syncs}>
            <Facts
              items={[
                [t.policy, t.policies[account.phonePolicy]],
                [t.guard, t.guardShort(account.guard.percent, count(account.guard.users))],
              ]}
            />
          </Panel>
          <Panel title={t.look}>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={see('/people')}>
                {t.peopleOf}
              </Button>
              <Button size="xs" variant="default" onClick={see('/users')}>
                {t.usersOf} ({count(account.users)})
              </Button>
              <Button size="xs" variant="default" onClick={see('/gateways')}>
                {t.gatewaysOf} ({count(account.gateways)})
              </Button>
              <Button size="xs" variant="default" onClick={see('/settings/alerts')}>
                {t.contactsOf}
              </Button>
              <Button size="xs" variant="subtle" component={Link} href="/accounts">
                {t.back}
              </Button>
            </Group>
          </Panel>
          <SupportContacts account={account.id} />
        </Stack>
      </SimpleGrid>
      {maySeeIntegrations && <IntegrationsPanel account={account.id} />}
      {isEditing && <AccountEditForm account={account} onClose={() => setEditing(false)} />}
      {wish && (
        <AccountStepDialog
          wish={wish}
          onClose={() => setWish(undefined)}
          onDone={wish.step === 'delete' ? () => navigate('/accounts') : undefined}
        />
      )}
    </>
  );
}
