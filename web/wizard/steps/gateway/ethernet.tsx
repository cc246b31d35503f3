import { Alert, Anchor, Button, Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { NetworkAnswer, type NetworkSettings } from '#contract/wizard/network.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { absoluteTime } from '#web/kit/format/age.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { useNetwork } from '../../data/queries.ts';
import { text } from '../../texts/index.ts';
import { maskOf, prefixOf } from './netmask.ts';

const t = text.ethernet;

type Port = NetworkAnswer['ports'][number];

/** The network ports: each by DHCP or as entered; a change is on trial until it is confirmed at the new address (ONB-18). */
export function EthernetPanel() {
  const network = useNetwork();
  const { data } = network;
  if (network.error && !data) {
    return (
      <Panel title={t.title}>
        <ErrorPanel error={network.error} onRetry={() => void network.refetch()} />
      </Panel>
    );
  }
  if (!data) return null;
  return (
    <Panel title={t.title}>
      <Stack>
        {data.unsupported !== null && (
          <Text size="sm" c="dimmed">
            {sentences(t.unsupported, data.unsupported)}
          </Text>
        )}
        {data.pending && <Trial pending={data.pending} />}
        {data.last && !data.pending && (
          <Text size="sm" role="status">
            {t.last[data.last.outcome]}{' '}
            {data.last.error && sentences(data.last.error.message, data.last.error.nextStep)}
          </Text>
        )}
        {data.ports.map((port) => (
          // What is in force now is what the form begins with.
          <PortForm
            key={`${port.name} ${JSON.stringify(port.settings)}`}
            port={port}
            locked={data.unsupported !== null || data.pending !== null}
          />
        ))}
      </Stack>
    </Panel>
  );
}

/** How long a change waits, and the way to keep it: only a request that came through the new address can. */
function Trial(props: { pending: NonNullable<NetworkAnswer['pending']> }) {
  const { port, settings, until } = props.pending;
  const api = useApi();
  const queries = useQueryClient();
  const tell = useNotice();
  const confirm = useMutation({
    mutationFn: () => api.send('POST', '/network/confirm', NetworkAnswer, {}),
    onSuccess: (answer) => {
      queries.setQueryData(['network'], answer);
      tell(t.confirmed);
    },
  });
  const address = settings.method === 'static' ? settings.address.split('/', 1)[0] : undefined;
  const there =
    address === undefined ? undefined : `https://${address}${location.port && `:${location.port}`}/setup/gateway`;
  const isHere = address === undefined || location.hostname === address;
  return (
    <Alert variant="default" icon={<Icon name="clock" />} title={t.pendingTitle(port)}>
      <Stack gap="xs" align="flex-start">
        {there === undefined ? (
          <Text size="sm">{t.pendingDhcp}</Text>
        ) : (
          !isHere && (
            <Text size="sm">
              {t.pendingOpen}{' '}
              <Anchor href={there} underline="always">
                {there}
              </Anchor>
            </Text>
          )
        )}
        <Text size="sm">{t.until(absoluteTime(until))}</Text>
        {isHere && (
          <Button size="xs" loading={confirm.isPending} onClick={() => confirm.mutate()}>
            {t.confirm}
          </Button>
        )}
        {confirm.error && <ErrorPanel error={confirm.error} />}
      </Stack>
    </Alert>
  );
}

interface Draft {
  method: NetworkSettings['method'];
  ip: string;
  mask: string;
  gateway: string;
  dns: string;
}

function draftOf({ settings, addresses }: Port): Draft {
  const [ip = '', prefix = '24'] = (settings?.method === 'static' ? settings.address : (addresses[0] ?? '')).split('/');
  const isStatic = settings?.method === 'static';
  return {
    method: settings?.method ?? 'dhcp',
    ip,
    mask: maskOf(Number(prefix)),
    gateway: isStatic ? (settings.gateway ?? '') : '',
    dns: isStatic ? settings.dns.join(', ') : '',
  };
}

function settingsOf({ method, ip, mask, gateway, dns }: Draft): NetworkSettings {
  if (method === 'dhcp') return { method };
  return {
    method,
    address: `${ip.trim()}/${prefixOf(mask) ?? ''}`,
    ...(gateway.trim() === '' ? {} : { gateway: gateway.trim() }),
    dns: dns.split(/[\s,;]+/).filter((one) => one !== ''),
  };
}

function PortForm(props: { port: Port; locked: boolean }) {
  const { port, locked } = props;
  const api = useApi();
  const queries = useQueryClient();
  const label = useId();
  const [draft, setDraft] = useState(() => draftOf(port));
  const [asked, setAsked] = useState(false);
  const apply = useMutation({
    mutationFn: () => api.send('PUT', `/network/${encodeURIComponent(port.name)}`, NetworkAnswer, settingsOf(draft)),
    onSuccess: (answer) => {
      setAsked(false);
      queries.setQueryData(['network'], answer);
    },
  });
  const isStatic = draft.method === 'static';
  const maskWrong = isStatic && draft.mask !== '' && prefixOf(draft.mask) === undefined;
  const field = (name: Exclude<keyof Draft, 'method'>) => ({
    value: draft[name],
    disabled: locked,
    required: true,
    inputMode: name === 'dns' ? ('text' as const) : ('decimal' as const),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setDraft({ ...draft, [name]: event.currentTarget.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!maskWrong) setAsked(true);
  };
  return (
    <form onSubmit={submit} aria-labelledby={label}>
      <fieldset className="dk-fieldset">
        <legend id={label}>{t.port(port.name)}</legend>
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t.mac} {port.mac}. {t.now}: {port.addresses.join(', ') || t.none}.
          </Text>
          {!locked && (
            <>
              <SegmentedControl
                aria-label={`${t.method}: ${port.name}`}
                value={draft.method}
                data={[
                  { value: 'dhcp', label: t.dhcp },
                  { value: 'static', label: t.static },
                ]}
                onChange={(method) => setDraft({ ...draft, method: method === 'static' ? 'static' : 'dhcp' })}
              />
              <Text size="xs" c="dimmed">
                {t.methodTip}
              </Text>
            </>
          )}
          {!locked && isStatic && (
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
              <TextInput label={t.ip} description={t.ipTip} {...field('ip')} />
              <TextInput label={t.mask} description={t.maskTip} error={maskWrong && t.maskWrong} {...field('mask')} />
              <TextInput label={t.gateway} description={t.gatewayTip} {...field('gateway')} />
              <TextInput label={t.dns} description={t.dnsTip} {...field('dns')} />
            </SimpleGrid>
          )}
          {!locked && (
            <Group>
              <Button type="submit" size="xs" variant="default">
                {t.apply}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
      <Dialog opened={asked} onClose={() => setAsked(false)} title={t.warnTitle}>
        <Stack>
          <Text size="sm">{t.warn}</Text>
          {apply.error && <ErrorPanel error={apply.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsked(false)}>
              {t.cancel}
            </Button>
            <Button loading={apply.isPending} onClick={() => apply.mutate()}>
              {t.apply}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </form>
  );
}
