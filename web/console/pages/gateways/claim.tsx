import { Anchor, Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { Account, type EnrolmentConfirm, PendingEnrolment } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { completeClaimCode, groupedFingerprint, typedClaimCode } from '#web/kit/format/claim-code.ts';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { useAccount } from '../../data/account.tsx';
import { useList } from '../../data/list.ts';
import { EditForm } from '../../parts/edit-form.tsx';
import { text } from '../../texts/index.ts';

const t = text.claim;

/** The code of the link that the wizard shows: `?code=…`, `#code=…` or just `#…`. */
function codeOfAddress({ search, hash }: Location): string {
  const behind = hash.replace(/^#/, '');
  const given = new URLSearchParams(search).get('code') ?? new URLSearchParams(behind).get('code') ?? behind;
  return typedClaimCode(given);
}

/** Add a gateway: its code, comparing both sides, the account, the confirmation (design section 4). */
export default function Claim() {
  const [typed, setTyped] = useState(() => codeOfAddress(window.location));
  const [code, setCode] = useState(() => completeClaimCode(typed));
  const [added, setAdded] = useState(false);
  if (added) return <Done />;
  return (
    <>
      <PageHeader title={t.title} />
      <Stack maw={640}>
        {code === undefined ? (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setCode(completeClaimCode(typed));
            }}
          >
            <Group align="flex-end">
              <TextInput
                label={t.code}
                description={t.codeHint}
                value={typed}
                autoFocus
                autoComplete="off"
                spellCheck={false}
                className="dk-mono"
                size="md"
                style={{ flex: '1 1 16rem' }}
                onChange={(event) => setTyped(typedClaimCode(event.currentTarget.value))}
              />
              <Button type="submit" size="md" disabled={completeClaimCode(typed) === undefined}>
                {t.look}
              </Button>
            </Group>
          </form>
        ) : (
          <Compare code={code} onAgain={() => setCode(undefined)} onAdded={() => setAdded(true)} />
        )}
      </Stack>
    </>
  );
}

function Compare(props: { code: string; onAgain: () => void; onAdded: () => void }) {
  const api = useApi();
  const pending = useQuery({
    queryKey: ['enrolments', props.code],
    queryFn: ({ signal }) =>
      api.get(`/enrolments/code/${encodeURIComponent(props.code)}`, PendingEnrolment, {}, signal),
    // Every look counts as a try with this code.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const again = (
    <Button variant="subtle" onClick={props.onAgain}>
      {t.again}
    </Button>
  );
  if (pending.error) {
    return (
      <>
        <ErrorPanel error={pending.error} />
        <Group>{again}</Group>
      </>
    );
  }
  if (!pending.data) return <Text role="status">…</Text>;
  const { data } = pending;
  return (
    <>
      <Panel title={t.compare}>
        <Stack>
          <Text size="sm">{t.compareHint}</Text>
          <Facts
            items={[
              [t.hostName, <strong key="host">{data.hostName}</strong>],
              [t.serial, data.serial],
              [t.addresses, data.addresses.join(', ')],
              [
                t.fingerprint,
                <strong key="fingerprint" className="dk-mono">
                  {groupedFingerprint(data.fingerprint)}
                </strong>,
              ],
              [t.site, data.siteName],
              [t.version, data.version],
              [t.expires, <Age key="expires" at={data.expiresAt} />],
            ]}
          />
        </Stack>
      </Panel>
      <ConfirmForm pending={data} onAdded={props.onAdded} again={again} />
    </>
  );
}

function ConfirmForm(props: { pending: PendingEnrolment; onAdded: () => void; again: React.ReactNode }) {
  const { pending } = props;
  const api = useApi();
  const queries = useQueryClient();
  const chosen = useAccount().account;
  const [search, setSearch] = useState('');
  const accounts = useList('accounts', Account, { sort: 'name', q: search === '' ? undefined : search });
  const { draft, set, edited } = useEdited({
    entry: pending,
    draftOf: ({ siteName, hostName }): { account: string | null; name: string; same: boolean } => ({
      account: chosen ?? null,
      name: siteName ?? hostName,
      same: false,
    }),
    save: async ({ account, name }) => {
      if (account === null) return;
      const body: EnrolmentConfirm = { account, ...(name.trim() === '' ? {} : { name: name.trim() }) };
      await api.act('POST', `/enrolments/${encodeURIComponent(pending.code)}/confirm`, body);
    },
    onSaved: () => {
      void queries.invalidateQueries({ queryKey: ['gateways'] });
      props.onAdded();
    },
  });
  if (accounts.total === 0 && search === '') {
    return (
      <Text>
        {t.noAccounts}{' '}
        <Anchor component={Link} href="/accounts">
          {t.toAccounts}
        </Anchor>
      </Text>
    );
  }
  return (
    <EditForm edited={edited} action={t.confirm} blocked={draft.account === null || !draft.same} more={props.again}>
      <Select
        label={t.account}
        description={t.accountHint}
        placeholder={t.pickAccount}
        required
        searchable
        onSearchChange={(typed) => setSearch(accounts.rows.some((row) => row.name === typed) ? '' : typed)}
        filter={({ options }) => options}
        data={accounts.rows.map((row) => ({ value: row.id, label: row.name }))}
        value={draft.account}
        onChange={(account) => set({ account })}
      />
      <TextInput
        label={t.name}
        maxLength={128}
        name="name"
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Checkbox
        label={t.matches}
        checked={draft.same}
        onChange={(event) => set({ same: event.currentTarget.checked })}
      />
    </EditForm>
  );
}

const Done = () => (
  <>
    <PageHeader title={t.done} />
    <Stack role="status" align="flex-start">
      <Text>{t.doneNext}</Text>
      <Button component={Link} href="/gateways">
        {t.toGateways}
      </Button>
    </Stack>
  </>
);
