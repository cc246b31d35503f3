import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import type { Command } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { CopyButton } from '#web/kit/copy-button.tsx';
import { groupedFingerprint } from '#web/kit/format/claim-code.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { Facts } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { text } from '../../texts/index.ts';
import { LaunchButton } from './launch-button.tsx';

const t = text.tunnels;

/** One tunnel: Component, Tunnel, Status, Control, Description (TUN-1). `command` is the last one that this page sent it. */
export function TunnelRow(props: {
  row: Tunnel;
  command: Command | undefined;
  /** Undefined where the person or the customer does not let it be started and stopped from here. */
  onStart: (() => void) | undefined;
  onStop: (() => void) | undefined;
}) {
  const { row, command } = props;
  return (
    <tr>
      <td data-label={t.component}>{row.component}</td>
      <td data-label={t.tunnel}>{said(row.tunnel)}</td>
      <td data-label={t.status} className="dk-wrap">
        <div>
          <TunnelStatus row={row} command={command} />
          {command?.reason && isFinal(command.state) && (
            <Text size="xs">{sentences(command.reason.message, command.reason.nextStep)}</Text>
          )}
        </div>
      </td>
      <td data-label={t.control}>
        <Group gap="xs">
          <Control {...props} />
          {row.pbx === null && row.kind === 'web' && <LaunchButton tunnel={row} />}
        </Group>
      </td>
      <td data-label={t.description}>
        <Stack gap={2}>
          <span>{said(row.description)}</span>
          <span className="dk-dimmed">{row.authority === '' ? t.noAddress : `${row.scheme}://${row.authority}`}</span>
          {row.certificate !== undefined && (
            <Group gap={4} wrap="nowrap">
              <span className="dk-dimmed">
                {t.certificate} <span className="dk-mono">{shortened(row.certificate)}</span>
              </span>
              <CopyButton value={row.certificate} label={t.copyCertificate(row.component)} />
            </Group>
          )}
        </Stack>
      </td>
    </tr>
  );
}

const shortened = (fingerprint: string): string => `${groupedFingerprint(fingerprint).slice(0, 19)} …`;

/** The word "started" only where it is true now as far as the cloud can know; empty when stopped (TUN-4). */
function TunnelStatus(props: { row: Tunnel; command: Command | undefined }) {
  const { row, command } = props;
  if (command !== undefined && !isFinal(command.state)) {
    return (
      <StatusBadge tone="busy" icon="sync">
        {command.name === 'tunnel.start' ? t.starting : t.stopping}
      </StatusBadge>
    );
  }
  if (row.off) {
    return (
      <StatusBadge tone="warn" icon="off">
        {t.offAtSite}
      </StatusBadge>
    );
  }
  if (row.otherCertificate !== undefined) {
    return (
      <StatusBadge tone="bad" icon="warning">
        {t.changed}
      </StatusBadge>
    );
  }
  if (row.status !== 'started') return null;
  return row.online ? (
    <StatusBadge tone="good" icon="success">
      {t.started}
    </StatusBadge>
  ) : (
    <StatusBadge tone="quiet" icon="dashed">
      {t.startedUnseen}
    </StatusBadge>
  );
}

function Control(props: Parameters<typeof TunnelRow>[0]) {
  const { row, command, onStart, onStop } = props;
  if (!row.cloudMayStart) return <span className="dk-dimmed">{t.siteOnly}</span>;
  const act = row.status === 'started' ? onStop : onStart;
  if (act === undefined) return null;
  const waits = command !== undefined && !isFinal(command.state);
  const isStarted = row.status === 'started';
  return (
    <Button
      size="xs"
      variant="default"
      disabled={waits || !row.online || (row.off && !isStarted)}
      aria-label={(isStarted ? t.stopOf : t.startOf)(row.component, said(row.tunnel))}
      onClick={act}
    >
      {isStarted ? t.stop : t.start}
    </Button>
  );
}

/** A system that shows another certificate than the trusted one: what, and what only the site can do about it. */
export const CertificateAlarm = (props: { row: Tunnel; other: string }) => {
  const { row, other } = props;
  return (
    <Alert
      role="alert"
      variant="default"
      color="red"
      icon={
        <span className="dk-bad">
          <Icon name="warning" />
        </span>
      }
      title={t.alarmTitle(row.component)}
    >
      <Stack gap="xs">
        <Text size="sm">{t.alarm}</Text>
        <span className="dk-mono">{`demarc tunnels accept ${row.id} ${other}`}</span>
        <Facts
          items={[
            [t.trusted, <Fingerprint key="trusted" value={row.certificate} />],
            [t.shown, <Fingerprint key="shown" value={other} />],
          ]}
        />
      </Stack>
    </Alert>
  );
};

const Fingerprint = (props: { value: string | undefined }) =>
  props.value === undefined ? null : <span className="dk-mono">{groupedFingerprint(props.value)}</span>;
