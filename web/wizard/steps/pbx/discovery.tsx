import { Button, Group, Progress, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type Candidate, DiscoveryAnswer, type DiscoveryRequest, SearchedService } from '#contract/discovery.ts';
import { PBX_TYPE_NAMES, type PbxType } from '#contract/words.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useDiscovery } from '../../data/queries.ts';
import { text } from '../../texts/index.ts';
import { movedPorts } from './moved-ports.ts';

const t = text.discovery;

const CERTAINTY = {
  high: ['good', 'success'],
  medium: ['busy', 'info'],
  low: ['quiet', 'dashed'],
} as const;

/** What a search of the site's network found, telephone systems first, each with what speaks for it (design section 5). */
export function Discovery(props: {
  auto: boolean;
  onChoose: (found: { type?: PbxType; name: string; host: string }) => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const discovery = useDiscovery();
  const { data } = discovery;
  const search = useMutation({
    mutationFn: async (request: DiscoveryRequest) => {
      if (data?.state === 'running') await api.act('DELETE', '/discovery');
      return await api.send('POST', '/discovery', DiscoveryAnswer, request);
    },
    onSuccess: (answer) => queries.setQueryData(['discovery'], answer),
  });
  const cancel = useMutation({
    mutationFn: () => api.send('DELETE', '/discovery', DiscoveryAnswer),
    onSuccess: (answer) => queries.setQueryData(['discovery'], answer),
  });
  // Who comes here for the first time has not to ask for it.
  const begun = useRef(false);
  const { mutate } = search;
  useEffect(() => {
    if (!props.auto || begun.current || data?.state !== 'idle') return;
    begun.current = true;
    mutate({});
  }, [props.auto, data?.state, mutate]);
  const shown = (data?.candidates ?? []).filter(({ role }) => role === 'pbx' || role === 'unknown');
  const others = (data?.candidates ?? []).filter((candidate) => !shown.includes(candidate));
  const isRunning = data?.state === 'running';
  return (
    <Panel
      title={t.title}
      aside={
        isRunning ? (
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t.stop}
          </Button>
        ) : (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="search" size={14} />}
            loading={search.isPending}
            onClick={() => search.mutate({})}
          >
            {data?.state === 'idle' ? t.search : t.again}
          </Button>
        )
      }
    >
      <Stack>
        {data && isRunning && <SearchProgress answer={data} />}
        {discovery.error && <ErrorPanel error={discovery.error} onRetry={() => void discovery.refetch()} />}
        {search.error && <ErrorPanel error={search.error} />}
        {data?.error && <ErrorPanel error={new ApiError(500, data.error)} />}
        {shown.map((candidate) => (
          <CandidateCard key={candidate.id} candidate={candidate} onChoose={props.onChoose} />
        ))}
        {data && shown.length === 0 && !isRunning && data.state !== 'idle' && <Text size="sm">{t.nothing}</Text>}
        {data && data.ranges.length > 0 && (
          <Text size="xs" c="dimmed">
            {t.searched(data.ranges.join(', '))} {data.notes.map(said).join(' ')}
          </Text>
        )}
        {others.length > 0 && (
          <details className="dw-more">
            <summary>{t.others(others.length)}</summary>
            <ul>
              {others.map(({ id, name, addresses }) => (
                <li key={id}>
                  <Text size="sm">
                    {said(name)} ({addresses.join(', ')})
                  </Text>
                </li>
              ))}
            </ul>
          </details>
        )}
        <Elsewhere busy={search.isPending} onSearch={(request) => search.mutate(request)} />
      </Stack>
    </Panel>
  );
}

function SearchProgress(props: { answer: DiscoveryAnswer }) {
  const { progress } = props.answer;
  const all = progress === null ? 0 : progress.addresses + progress.alive;
  const done = progress === null ? 0 : progress.swept + progress.probed;
  return (
    <div>
      <Progress value={all === 0 ? 2 : (100 * done) / all} aria-label={t.progress} />
      <Text size="sm" c="dimmed" role="status">
        {progress === null
          ? t.starting
          : t.far(count(progress.swept), count(progress.addresses), count(progress.alive))}
      </Text>
    </div>
  );
}

function CandidateCard(props: {
  candidate: Candidate;
  onChoose: (found: { type?: PbxType; name: string; host: string }) => void;
}) {
  const { candidate } = props;
  const { pbxType, addresses, name, version, release, certainty, evidence, notes } = candidate;
  const [tone, icon] = CERTAINTY[certainty];
  const title = pbxType === undefined ? said(name) : PBX_TYPE_NAMES[pbxType];
  const [host = ''] = addresses;
  return (
    <article className="dw-candidate" aria-label={`${title} ${host}`}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Group gap="xs">
            <Text fw={600}>{[title, release ?? version].filter(Boolean).join(' ')}</Text>
            <StatusBadge tone={tone} icon={icon}>
              {t.certainty[certainty]}
            </StatusBadge>
          </Group>
          <Text size="sm" c="dimmed">
            {addresses.join(', ')}
          </Text>
        </div>
        <Button
          size="xs"
          aria-label={t.useOf(title, host)}
          onClick={() => props.onChoose({ ...(pbxType === undefined ? {} : { type: pbxType }), name: title, host })}
        >
          {t.use}
        </Button>
      </Group>
      <details className="dw-more">
        <summary>{t.evidence(evidence.length)}</summary>
        <ul>
          {evidence.map(({ signal, address, port, text: seen }) => (
            <li key={`${signal} ${address} ${port ?? ''} ${seen}`}>
              <Text size="sm">{said(seen)}</Text>
            </li>
          ))}
          {notes.map((note) => (
            <li key={note}>
              <Text size="sm">{said(note)}</Text>
            </li>
          ))}
        </ul>
      </details>
    </article>
  );
}

/** Other networks, moved ports, SNMP: for sites that are not as most are. */
function Elsewhere(props: { busy: boolean; onSearch: (request: DiscoveryRequest) => void }) {
  const [typed, setTyped] = useState({ cidrs: '', community: '', ports: '' });
  const ports = movedPorts(typed.ports);
  const set = (name: keyof typeof typed) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setTyped((all) => ({ ...all, [name]: value }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ports === undefined) return;
    const cidrs = typed.cidrs.split(/[\s,;]+/).filter((one) => one !== '');
    props.onSearch({
      ...(cidrs.length === 0 ? {} : { cidrs }),
      ...(typed.community === '' ? {} : { community: typed.community }),
      ...(Object.keys(ports).length === 0 ? {} : { ports }),
    });
  };
  return (
    <details className="dw-more">
      <summary>{t.elsewhere}</summary>
      <form onSubmit={submit}>
        <Stack gap="sm" mt="sm" align="flex-start">
          <Textarea
            w="100%"
            label={t.networks}
            description={t.networksTip}
            autosize
            minRows={1}
            value={typed.cidrs}
            onChange={set('cidrs')}
          />
          <TextInput
            w="100%"
            label={t.community}
            description={t.communityTip}
            autoComplete="off"
            maxLength={64}
            value={typed.community}
            onChange={set('community')}
          />
          <TextInput
            w="100%"
            label={t.ports}
            description={t.portsTip(SearchedService.options.join(', '))}
            error={ports === undefined && t.portsWrong}
            autoComplete="off"
            value={typed.ports}
            onChange={set('ports')}
          />
          <Button type="submit" size="xs" variant="default" loading={props.busy}>
            {t.searchThere}
          </Button>
        </Stack>
      </form>
    </details>
  );
}
