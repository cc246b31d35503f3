import { Group, NumberInput, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { AccountAlertRules, AlertRuleName, type AlertRules } from '#contract/alerts.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { useMay } from '../../data/me.tsx';
import { EditForm } from '../../parts/edit-form.tsx';
import { text } from '../../texts/index.ts';

const t = text.alertSettings;

const pathOf = (account: string): string => `/accounts/${encodeURIComponent(account)}/alert-rules`;

/** The rules of one account, read once and then edited on the version that was read. */
export function RulesPanel(props: { account: string }) {
  const api = useApi();
  const read = useQuery({
    queryKey: ['alert-rules', props.account],
    queryFn: ({ signal }) => api.get(pathOf(props.account), AccountAlertRules, {}, signal),
  });
  return (
    <Panel title={t.rules}>
      {read.error && <ErrorPanel error={read.error} onRetry={() => void read.refetch()} />}
      {read.isPending && <Skeleton h={300} />}
      {read.data && <RulesForm account={props.account} read={read.data} />}
    </Panel>
  );
}

interface Field {
  label: string;
  value: number;
  min: number;
  max: number;
  set: (value: number) => AlertRules;
}

/** The numbers of a rule, by rule. */
function fieldsOf(rules: AlertRules, name: AlertRuleName): Field[] {
  const field = (label: string, value: number, [min, max]: readonly [number, number], set: Field['set']): Field => ({
    label,
    value,
    min,
    max,
    set,
  });
  switch (name) {
    case 'gateway-offline': {
      const rule = rules[name];
      return [
        field(t.offlineMinutes, rule.minutes, [1, 10_080], (minutes) => ({ ...rules, [name]: { ...rule, minutes } })),
      ];
    }
    case 'sync-missed': {
      const rule = rules[name];
      return [
        field(t.missedPeriods, rule.periods, [1, 100], (periods) => ({ ...rules, [name]: { ...rule, periods } })),
      ];
    }
    case 'trunk-down': {
      const rule = rules[name];
      return [
        field(t.trunkMinutes, rule.minutes, [0, 1440], (minutes) => ({ ...rules, [name]: { ...rule, minutes } })),
      ];
    }
    case 'certificate-expiring': {
      const rule = rules[name];
      return [field(t.certificateDays, rule.days, [1, 60], (days) => ({ ...rules, [name]: { ...rule, days } }))];
    }
    case 'disk-low': {
      const rule = rules[name];
      return [
        field(t.diskPercent, rule.percent, [0, 90], (percent) => ({ ...rules, [name]: { ...rule, percent } })),
        field(t.diskMebibytes, rule.mebibytes, [0, 1_000_000], (mebibytes) => ({
          ...rules,
          [name]: { ...rule, mebibytes },
        })),
      ];
    }
    case 'queue-growing': {
      const rule = rules[name];
      return [
        field(t.queueRecords, rule.records, [1, 10_000_000], (records) => ({ ...rules, [name]: { ...rule, records } })),
        field(t.queueMebibytes, rule.mebibytes, [1, 100_000], (mebibytes) => ({
          ...rules,
          [name]: { ...rule, mebibytes },
        })),
        field(t.queueMinutes, rule.minutes, [5, 10_080], (minutes) => ({ ...rules, [name]: { ...rule, minutes } })),
      ];
    }
    case 'sync-held':
    case 'records-lost':
    case 'command-failed':
      return [];
    default:
      return name satisfies never;
  }
}

function RulesForm(props: { account: string; read: AccountAlertRules }) {
  const api = useApi();
  const queries = useQueryClient();
  const mayEdit = useMay('settings:edit');
  const path = pathOf(props.account);
  const {
    draft: { rules },
    set,
    begin,
    saved,
    edited,
  } = useEdited({
    entry: props.read,
    draftOf: (read) => ({ rules: read.rules }),
    version: ({ etag }) => etag,
    read: () => api.get(path, AccountAlertRules),
    save: (draft, { etag }) => api.send('PUT', path, AccountAlertRules, draft.rules, { ifMatch: etag }),
    onSaved: (newest) => {
      begin(newest);
      queries.setQueryData(['alert-rules', props.account], newest);
    },
  });
  const change = (next: AlertRules) => set({ rules: next });
  return (
    <EditForm
      edited={edited}
      action={t.save}
      readOnly={!mayEdit}
      overtaken={{ title: t.stale, next: t.staleNext, action: t.reload }}
      more={
        <Text size="sm" role="status">
          {saved && t.saved}
        </Text>
      }
    >
      {AlertRuleName.options.map((name) => (
        <Rule
          key={name}
          name={name}
          on={rules[name].on}
          readOnly={!mayEdit}
          onSwitch={(on) => change({ ...rules, [name]: { ...rules[name], on } })}
        >
          {fieldsOf(rules, name).map(({ label, value, min, max, set }) => (
            <Amount
              key={label}
              label={label}
              value={value}
              min={min}
              max={max}
              readOnly={!mayEdit || !rules[name].on}
              onChange={(next) => change(set(next))}
            />
          ))}
        </Rule>
      ))}
      <Amount
        label={t.remind}
        description={t.remindHint}
        value={rules.remindHours}
        min={0}
        max={720}
        readOnly={!mayEdit}
        onChange={(remindHours) => change({ ...rules, remindHours })}
      />
    </EditForm>
  );
}

const Rule = (props: {
  name: AlertRuleName;
  on: boolean;
  readOnly: boolean;
  onSwitch: (on: boolean) => void;
  children: ReactNode;
}) => (
  <Stack gap="xs">
    <Switch
      label={text.alerts.rules[props.name]}
      description={t.about[props.name]}
      checked={props.on}
      disabled={props.readOnly}
      onChange={(event) => props.onSwitch(event.currentTarget.checked)}
    />
    <Group gap="sm" align="flex-end" pl={{ base: 0, sm: 50 }}>
      {props.children}
    </Group>
  </Stack>
);

const Amount = (props: {
  label: string;
  description?: string;
  value: number;
  min: number;
  max: number;
  readOnly: boolean;
  onChange: (value: number) => void;
}) => (
  <NumberInput
    label={props.label}
    {...(props.description === undefined ? {} : { description: props.description })}
    value={props.value}
    min={props.min}
    max={props.max}
    allowDecimal={false}
    required
    disabled={props.readOnly}
    maw={props.description === undefined ? 240 : 420}
    onChange={(value) => {
      if (typeof value === 'number') props.onChange(value);
    }}
  />
);
