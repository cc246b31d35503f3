import { Alert, Button, Checkbox, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { Import, ImportRow } from '#contract/api/imports.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { usePaged } from '../../data/list.ts';
import { text } from '../../texts/index.ts';
import { ImportRows } from './import-rows.tsx';

const t = text.imports;

const EMPTY_ROW = { firstName: '', lastName: '', name: '', email: '', role: '' };

/**
 * The preview of an import (IMP-7 to IMP-12). It lies on the server: a reload, another browser or another admin goes on
 * where it stands.
 */
export function ImportPreview(props: { id: string; onLeave: () => void }) {
  const { id, onLeave } = props;
  const api = useApi();
  const queries = useQueryClient();
  const [onlyBad, setOnlyBad] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const path = `/imports/${encodeURIComponent(id)}`;
  const job = useQuery({
    queryKey: ['imports', 'one', id],
    queryFn: ({ signal }) => api.get(path, Import, {}, signal),
    // The stream tells of progress; this is for when it is cut.
    refetchInterval: ({ state }) => (state.data?.state === 'applying' ? 2000 : false),
  });
  const page = usePaged(['imports', 'rows'], `${path}/rows`, ImportRow, { only: onlyBad ? 'bad' : 'all' });
  const news = () => void queries.invalidateQueries({ queryKey: ['imports'] });
  const apply = useMutation({
    mutationFn: (key: string) => api.send('POST', `${path}/apply`, Import, undefined, { idempotencyKey: key }),
    retry: 1,
    onSuccess: (begun) => {
      queries.setQueryData(['imports', 'one', id], begun);
      news();
    },
  });
  const add = useMutation({
    mutationFn: () => api.send('POST', `${path}/rows`, ImportRow, EMPTY_ROW),
    onSuccess: news,
  });
  const cancel = useMutation({ mutationFn: () => api.act('DELETE', path), onSuccess: onLeave });
  if (job.error) {
    return (
      <>
        <PageHeader title={t.title} actions={<Leave onLeave={onLeave} />} />
        <ErrorPanel error={job.error} />
      </>
    );
  }
  const { data } = job;
  if (data === undefined) return <PageHeader title={t.title} note={kitText.loading} />;
  const busy = data.state === 'applying';
  return (
    <>
      <PageHeader
        title={t.preview(data.fileName)}
        actions={
          data.state === 'done' ? (
            <Leave onLeave={onLeave} />
          ) : (
            <>
              {data.bad > 0 && (
                <Button
                  component="a"
                  href={`/api/v1${path}/bad-rows.xlsx`}
                  download
                  variant="default"
                  leftSection={<Icon name="download" />}
                >
                  {t.badRows}
                </Button>
              )}
              <Button variant="default" disabled={busy} loading={add.isPending} onClick={() => add.mutate()}>
                {t.addRow}
              </Button>
              <Button variant="default" disabled={busy} onClick={() => setLeaving(true)}>
                {t.cancel}
              </Button>
              <Button
                leftSection={<Icon name="upload" />}
                loading={busy || apply.isPending}
                disabled={data.rows - data.bad === 0}
                onClick={() => apply.mutate(crypto.randomUUID())}
              >
                {t.upload}
              </Button>
            </>
          )
        }
      />
      <Stack gap="sm">
        <div role="status">
          <Standing job={data} />
        </div>
        {apply.error && <ErrorPanel error={apply.error} />}
        {add.error && <ErrorPanel error={add.error} />}
        {data.state !== 'done' && (
          <>
            <Checkbox
              label={t.onlyBad}
              checked={onlyBad}
              onChange={(event) => setOnlyBad(event.currentTarget.checked)}
            />
            <ImportRows path={path} page={page} busy={busy} onChanged={news} />
          </>
        )}
      </Stack>
      <Dialog
        opened={leaving}
        onClose={() => setLeaving(false)}
        title={t.cancel}
        closeButtonProps={{ 'aria-label': kitText.close }}
      >
        <Stack>
          <Text size="sm">{t.cancelText}</Text>
          {cancel.error && <ErrorPanel error={cancel.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setLeaving(false)}>
              {t.cancelGoOn}
            </Button>
            <Button color="red.9" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t.cancel}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}

const Leave = (props: { onLeave: () => void }) => (
  <>
    <Button variant="default" onClick={props.onLeave}>
      {t.title}
    </Button>
    <Button component={Link} href="/users">
      {t.toUsers}
    </Button>
  </>
);

/** How the import stands: what is wrong, how far it is, what came of it. */
function Standing({ job }: { job: Import }) {
  if (job.state === 'applying') {
    return (
      <Stack gap={4}>
        <Text size="sm">{t.applying(count(job.applied), count(job.wanted))}</Text>
        <Progress
          value={job.wanted === 0 ? 100 : (job.applied / job.wanted) * 100}
          aria-label={t.applying(count(job.applied), count(job.wanted))}
        />
      </Stack>
    );
  }
  const applied = job.applied > 0 && (
    <Alert variant="default" icon={<Icon name="success" />} title={t.applied(count(job.applied))}>
      <Text size="sm">{t.appliedNext}</Text>
    </Alert>
  );
  if (job.state === 'done') {
    return applied || <Text size="sm">{t.empty}</Text>;
  }
  const isGood = job.bad === 0;
  return (
    <Stack gap="sm">
      {applied}
      <Alert
        variant="default"
        icon={<Icon name={isGood ? 'success' : 'warning'} />}
        title={isGood ? t.noErrors : t.errors(count(job.bad), count(job.rows - job.bad))}
      >
        <Text size="sm">{isGood ? t.noErrorsNext : t.errorsNext}</Text>
      </Alert>
    </Stack>
  );
}
