import { Alert, Anchor, Button, Group, List, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import { type PlanField, type PlanStep, Trunk, TrunkPlan } from '#contract/trunks.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts, PageHeader, Panel } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { said } from '#web/kit/said.ts';
import { text } from '../../texts/index.ts';
import { ApplyTrunk } from './trunk-apply.tsx';
import { TrunkHealthPanel } from './trunk-health.tsx';
import { pbxOf } from './trunk-pbx.ts';
import { TryNumber } from './trunk-try-number.tsx';
import { VerifyTrunk } from './trunk-verify.tsx';

const t = text.trunks;

/** One trunk: what it connects, everything that has to be set for it, and where a number would go. */
export default function TrunkPage() {
  const { id } = useParams<{ id: string }>();
  const api = useApi();
  const path = `/trunks/${encodeURIComponent(id)}`;
  const trunk = useQuery({
    queryKey: ['trunks', 'one', id],
    queryFn: ({ signal }) => api.get(path, Trunk, {}, signal),
  });
  const plan = useQuery({
    queryKey: ['trunks', 'one', id, 'plan', trunk.data?.etag],
    queryFn: ({ signal }) => api.get(`${path}/plan`, TrunkPlan, {}, signal),
    enabled: trunk.data !== undefined,
  });
  if (trunk.error) return <ErrorPanel error={trunk.error} onRetry={() => void trunk.refetch()} />;
  if (!trunk.data) return <Skeleton height={240} />;
  const base = `/api/v1${path}`;
  return (
    <>
      <PageHeader
        title={trunk.data.name}
        note={
          <Anchor component={Link} href="/trunks" size="sm">
            {t.back}
          </Anchor>
        }
        actions={
          <Button
            component="a"
            href={`${base}/worksheet.html`}
            download
            variant="default"
            leftSection={<Icon name="download" />}
          >
            {t.worksheet}
          </Button>
        }
      />
      <Stack>
        <TrunkHealthPanel trunk={id} />
        <Connects trunk={trunk.data} />
        {plan.data?.appliedBy === 'demarc' && <ApplyTrunk trunk={trunk.data} />}
        <VerifyTrunk trunk={trunk.data} />
        <TryNumber path={path} />
        {plan.error && <ErrorPanel error={plan.error} onRetry={() => void plan.refetch()} />}
        {plan.data ? <Plan plan={plan.data} base={base} /> : plan.error ? null : <Skeleton height={240} />}
      </Stack>
    </>
  );
}

const Connects = ({ trunk }: { trunk: Trunk }) => (
  <Panel title={t.facts}>
    <Facts
      items={[
        [t.pbx, pbxOf(trunk)],
        [t.address, `${trunk.host}:${trunk.port}`],
        [t.farEnd, `${t.farEndKinds[trunk.farEnd.kind]}, ${trunk.farEnd.host}:${trunk.farEnd.port}`],
        [t.transport, trunk.farEnd.transport.toUpperCase()],
        [t.authentication, t.authentications[trunk.authentication.kind]],
        [t.pilot, trunk.pilotNumber ?? '–'],
      ]}
    />
  </Panel>
);

function Plan({ plan, base }: { plan: TrunkPlan; base: string }) {
  return (
    <Panel title={t.plan}>
      <Stack>
        <Text size="sm" c="dimmed">
          {plan.appliedBy === 'demarc' && plan.steps.some(({ commands }) => commands.length > 0)
            ? t.appliedByDemarc
            : t.appliedByHand}
        </Text>
        {plan.warnings.length > 0 && (
          <Alert variant="default" icon={<Icon name="warning" />}>
            <List size="sm">
              {plan.warnings.map((warning) => (
                <List.Item key={warning}>{said(warning)}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        {plan.steps.map((step, index) => (
          <Step key={step.id} step={step} number={index + 1} base={base} />
        ))}
      </Stack>
    </Panel>
  );
}

function Step({ step, number, base }: { step: PlanStep; number: number; base: string }) {
  return (
    <section aria-labelledby={`step-${step.id}`}>
      <Group justify="space-between" gap="xs">
        <Text component="h3" fw={600} id={`step-${step.id}`} m={0}>
          {number}. {said(step.title)}
        </Text>
        {step.importable && (
          <Button component="a" href={`${base}/worksheet/${step.id}`} download size="xs" variant="default">
            {t.importCsv}
          </Button>
        )}
      </Group>
      <Text size="sm">
        <span className="dk-dimmed">{t.sides[step.side]}:</span> <Where path={step.where} />
      </Text>
      {step.fields.length > 0 && (
        <PlainTable label={said(step.title)} headings={[t.field, t.value, t.why]}>
          {step.fields.map((field) => (
            <Field key={field.label} field={field} />
          ))}
        </PlainTable>
      )}
      {step.commands.map((command) => (
        <Group key={command} gap="xs" wrap="nowrap" align="flex-start">
          <pre className="dk-json">{command}</pre>
          <CopyButton value={command} label={said(step.title)} />
        </Group>
      ))}
      {step.note && (
        <Text size="sm" c="dimmed">
          {said(step.note)}
        </Text>
      )}
    </section>
  );
}

/** Menus are named as the PBX's own pages do, which are in English. */
function Where({ path }: { path: string }) {
  const own = said(path);
  return <span lang={own === path ? 'en' : undefined}>{own}</span>;
}

const Field = ({ field }: { field: PlanField }) => (
  <tr>
    <td lang="en">{field.label}</td>
    <td>
      {field.value === '' ? (
        <span className="dk-dimmed">{field.certainty === 'site' ? t.toChoose : '–'}</span>
      ) : (
        <span className="dk-mono">{field.value}</span>
      )}
    </td>
    <td className="dk-dimmed dk-small">
      {said(field.why)}
      {field.certainty === 'check' && `; ${t.check}`}
    </td>
  </tr>
);
