import { Alert, Button, Checkbox, Group, List, Stack, Switch, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { TunnelRow } from '#contract/tunnels.ts';
import { TunnelsAnswer } from '#contract/wizard/gateway.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { groupedFingerprint } from '#web/kit/format/claim-code.ts';
import { siteTime } from '#web/kit/format/site-time.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Facts, Panel } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { said } from '#web/kit/said.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useTunnels } from '../data/queries.ts';
import { text } from '../texts/index.ts';

const t = text.tunnels;

type Act =
  | { path: string; confirm?: boolean }
  | { path: string; method: 'DELETE' }
  | { path: string; method: 'PATCH' | 'POST'; body: unknown };

function useTunnelActs() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: Act) => {
      const method = 'method' in act ? act.method : 'POST';
      const body = 'body' in act ? act.body : 'confirm' in act && act.confirm ? { confirm: 'yes' } : undefined;
      return api.send(method, act.path, TunnelsAnswer, body);
    },
    onSuccess: (answer) => queries.setQueryData(['tunnels'], answer),
  });
}

/** What asks before it is done: start of one tunnel, of all, the switch (TUN-7). */
interface Question {
  title: string;
  rows: readonly TunnelRow[];
  path: string;
}

/** The table of tunnels, the customer's switch over all, and who is connected now (TUN-1 to TUN-10). */
export function TunnelsPanel(props: { zone: string }) {
  const tunnels = useTunnels();
  const act = useTunnelActs();
  const [question, setQuestion] = useState<Question>();
  const { data } = tunnels;
  const rows = data?.tunnels ?? [];
  const stopped = rows.filter(({ status, authority }) => status === 'stopped' && authority !== '');
  const started = rows.filter(({ status }) => status === 'started');
  return (
    <Panel title={t.title}>
      <Stack>
        {tunnels.error && <ErrorPanel error={tunnels.error} onRetry={() => void tunnels.refetch()} />}
        {data && (
          <Switch
            label={t.allowed}
            description={data.off ? t.offHint : t.onHint}
            checked={!data.off}
            disabled={act.isPending}
            onChange={({ currentTarget }) => {
              if (!currentTarget.checked) act.mutate({ path: '/tunnels/off' });
              else setQuestion({ title: t.onTitle, rows: [], path: '/tunnels/on' });
            }}
          />
        )}
        {act.error && <ErrorPanel error={act.error} />}
        {rows.map((row) =>
          row.otherCertificate === undefined ? null : (
            <OtherCertificate
              key={row.id}
              row={row}
              other={row.otherCertificate}
              busy={act.isPending}
              onAccept={(certificate) =>
                act.mutate({ method: 'POST', path: `/tunnels/${row.id}/certificate`, body: { certificate } })
              }
            />
          ),
        )}
        {data && rows.length === 0 && (
          <Text size="sm" c="dimmed">
            {t.none}
          </Text>
        )}
        {rows.length > 1 && (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              disabled={stopped.length === 0 || data?.off === true}
              onClick={() => setQuestion({ title: t.startAllTitle, rows: stopped, path: '/tunnels/start' })}
            >
              {t.startAll}
            </Button>
            <Button
              size="xs"
              variant="default"
              disabled={started.length === 0}
              onClick={() => act.mutate({ path: '/tunnels/stop' })}
            >
              {t.stopAll}
            </Button>
          </Group>
        )}
        {rows.length > 0 && (
          <PlainTable label={t.table} headings={[t.component, t.tunnel, t.status, t.control, t.description]} cards>
            {rows.map((row) => (
              <Row
                key={row.id}
                row={row}
                off={data?.off === true}
                act={act}
                onStart={() => setQuestion({ title: t.startTitle, rows: [row], path: `/tunnels/${row.id}/start` })}
              />
            ))}
          </PlainTable>
        )}
        {data && <Sessions sessions={data.sessions} rows={rows} zone={props.zone} act={act} />}
      </Stack>
      {question && (
        <Dialog opened onClose={() => setQuestion(undefined)} title={question.title}>
          <Stack>
            <Text size="sm">{t.startText}</Text>
            <List size="sm">
              {question.rows.map(({ id, component, tunnel }) => (
                <List.Item key={id}>{t.rowName(component, said(tunnel))}</List.Item>
              ))}
            </List>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setQuestion(undefined)}>
                {t.no}
              </Button>
              <Button
                onClick={() => {
                  act.mutate({ path: question.path, confirm: true });
                  setQuestion(undefined);
                }}
              >
                {t.yes}
              </Button>
            </Group>
          </Stack>
        </Dialog>
      )}
    </Panel>
  );
}

type Acts = ReturnType<typeof useTunnelActs>;

function Row(props: { row: TunnelRow; off: boolean; act: Acts; onStart: () => void }) {
  const { row, off, act } = props;
  const isStarted = row.status === 'started';
  return (
    <tr>
      <td data-label={t.component}>{row.component}</td>
      <td data-label={t.tunnel}>{said(row.tunnel)}</td>
      <td data-label={t.status}>
        {isStarted && (
          <StatusBadge tone={off ? 'quiet' : 'good'} icon={off ? 'off' : 'success'}>
            {off ? t.offNow : t.started}
          </StatusBadge>
        )}
      </td>
      <td data-label={t.control}>
        <Button
          size="xs"
          variant="default"
          disabled={act.isPending || (!isStarted && (off || row.authority === ''))}
          aria-label={(isStarted ? t.stopOf : t.startOf)(row.component, said(row.tunnel))}
          onClick={isStarted ? () => act.mutate({ path: `/tunnels/${row.id}/stop` }) : props.onStart}
        >
          {isStarted ? t.stop : t.start}
        </Button>
      </td>
      <td data-label={t.description} className="dk-wrap">
        <Stack gap={4}>
          <span>{said(row.description)}</span>
          <span className="dk-dimmed">{row.authority === '' ? t.noAddress : `${row.scheme}://${row.authority}`}</span>
          <Checkbox
            size="xs"
            label={t.cloudMayStart}
            aria-label={`${t.cloudMayStart}: ${t.rowName(row.component, said(row.tunnel))}`}
            checked={row.cloudMayStart}
            disabled={act.isPending}
            onChange={({ currentTarget }) =>
              act.mutate({
                method: 'PATCH',
                path: `/tunnels/${row.id}`,
                body: { cloudMayStart: currentTarget.checked },
              })
            }
          />
        </Stack>
      </td>
    </tr>
  );
}

function Sessions(props: { sessions: TunnelsAnswer['sessions']; rows: readonly TunnelRow[]; zone: string; act: Acts }) {
  const { sessions, rows, zone, act } = props;
  if (sessions.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.noSessions}
      </Text>
    );
  }
  return (
    <PlainTable label={t.sessions} headings={[t.who, t.why, t.target, t.until, t.control]} cards>
      {sessions.map((one) => (
        <tr key={one.session}>
          <td data-label={t.who}>{one.who}</td>
          <td data-label={t.why} className="dk-wrap">
            {one.reason || <span className="dk-dimmed">{t.noReason}</span>}
          </td>
          <td data-label={t.target}>{rows.find(({ id }) => id === one.tunnel)?.component ?? one.tunnel}</td>
          <td data-label={t.until} className="dk-wrap">
            {siteTime(one.until, zone)}
          </td>
          <td data-label={t.control}>
            <Button
              size="xs"
              variant="default"
              disabled={act.isPending}
              aria-label={t.endOf(one.who)}
              onClick={() => act.mutate({ method: 'DELETE', path: `/tunnel-sessions/${one.session}` })}
            >
              {t.end}
            </Button>
          </td>
        </tr>
      ))}
    </PlainTable>
  );
}

/** A system that shows another certificate than the trusted one is let in again only by somebody on site. */
const OtherCertificate = (props: {
  row: TunnelRow;
  other: string;
  busy: boolean;
  onAccept: (certificate: string) => void;
}) => (
  <Alert
    role="alert"
    variant="default"
    icon={
      <span className="dk-bad">
        <Icon name="warning" />
      </span>
    }
    title={t.alarmTitle(props.row.component)}
  >
    <Stack gap="xs" align="flex-start">
      <Text size="sm">{t.alarm}</Text>
      <Facts
        items={[
          [t.trusted, props.row.certificate && <Fingerprint key="trusted" value={props.row.certificate} />],
          [t.shown, <Fingerprint key="shown" value={props.other} />],
        ]}
      />
      <Button size="xs" variant="default" loading={props.busy} onClick={() => props.onAccept(props.other)}>
        {t.accept}
      </Button>
    </Stack>
  </Alert>
);

const Fingerprint = (props: { value: string }) => <span className="dk-mono">{groupedFingerprint(props.value)}</span>;
