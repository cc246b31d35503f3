import { Anchor, Button, FileButton, Group, List, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearchParams } from 'wouter';
import { IMPORT_LIMITS, Import } from '#contract/api/imports.ts';
import { Page } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { withQuery } from '#web/kit/api/client.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, PageHeader, Panel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { useMay } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { text } from '../../texts/index.ts';
import { ImportPreview } from './import-preview.tsx';

const t = text.imports;

/** Importing users from a spreadsheet: template, upload, preview with correction, what is left (IMP). */
export default function ImportUsers() {
  const { chosen, only } = useOneAccount();
  const account = chosen ?? only;
  const [params, setParams] = useSearchParams();
  const id = params.get('import') ?? undefined;
  const open = (next: string | undefined) => setParams(next === undefined ? {} : { import: next });
  if (!useMay('users:add')) return <PageHeader title={t.title} note={text.app.noRight} />;
  if (id !== undefined) return <ImportPreview key={id} id={id} onLeave={() => open(undefined)} />;
  return (
    <>
      <PageHeader title={t.title} note={t.intro} actions={<ToUsers />} />
      {account === undefined ? (
        <Text>{text.users.chooseAccount}</Text>
      ) : (
        <Stack maw={760}>
          <Begin key={account} account={account} onBegun={open} />
          <Imports account={account} onOpen={open} />
        </Stack>
      )}
    </>
  );
}

const ToUsers = () => (
  <Button component={Link} href="/users" variant="default">
    {t.toUsers}
  </Button>
);

function Begin(props: { account: string; onBegun: (id: string) => void }) {
  const { account } = props;
  const api = useApi();
  const queries = useQueryClient();
  const upload = useMutation({
    mutationFn: (file: File) => {
      if (file.size > IMPORT_LIMITS.fileBytes) throw new Error(t.tooLarge);
      return api.send('POST', withQuery('/imports', { account, name: file.name.slice(0, 255) }), Import, file);
    },
    onSuccess: (made) => {
      queries.setQueryData(['imports', 'one', made.id], made);
      props.onBegun(made.id);
    },
  });
  return (
    <section className="dk-panel">
      <List type="ordered" spacing="lg">
        <List.Item>
          <Stack gap="xs" align="flex-start">
            <Text>{t.steps.template}</Text>
            <Button
              component="a"
              href={withQuery('/api/v1/imports/template.xlsx', { account })}
              download
              variant="default"
              leftSection={<Icon name="download" />}
            >
              {t.download}
            </Button>
          </Stack>
        </List.Item>
        <List.Item>
          <Text>{t.steps.fill}</Text>
        </List.Item>
        <List.Item>
          <Stack gap="xs" align="flex-start">
            <Text>{t.steps.upload}</Text>
            <FileButton accept=".xlsx,.csv,text/csv" onChange={(file) => file && upload.mutate(file)}>
              {(button) => (
                <Button {...button} loading={upload.isPending} leftSection={<Icon name="upload" />}>
                  {t.choose}
                </Button>
              )}
            </FileButton>
          </Stack>
        </List.Item>
      </List>
      <Text size="sm" c="dimmed" role="status" mt="xs">
        {upload.isPending && t.reading}
      </Text>
      {upload.error && <ErrorPanel error={upload.error} />}
    </section>
  );
}

/** What was begun before: the preview waits on the server, for whoever may add users. */
function Imports(props: { account: string; onOpen: (id: string) => void }) {
  const { account } = props;
  const api = useApi();
  const imports = useQuery({
    queryKey: ['imports', 'list', account],
    queryFn: ({ signal }) => api.get('/imports', Page(Import), { account }, signal),
  });
  if (imports.error) return <ErrorPanel error={imports.error} />;
  if (imports.data === undefined || imports.data.items.length === 0) return null;
  return (
    <Panel title={t.open}>
      <Stack gap="sm">
        {imports.data.items.map((one) => (
          <Group key={one.id} justify="space-between" gap="xs">
            <Stack gap={0} miw={0}>
              <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                {one.fileName}
              </Text>
              <Text size="sm" c="dimmed" component="div">
                {one.state === 'done' ? t.doneLine(count(one.applied)) : t.openLine(count(one.rows), count(one.bad))},{' '}
                <Age at={one.createdAt} /> {t.by(one.createdBy)}
              </Text>
            </Stack>
            <Group gap="sm">
              <StatusBadge
                tone={one.state === 'done' ? 'good' : one.state === 'applying' ? 'busy' : 'warn'}
                icon={one.state === 'done' ? 'success' : one.state === 'applying' ? 'sync' : 'clock'}
              >
                {t.states[one.state]}
              </StatusBadge>
              <Anchor component="button" type="button" size="sm" onClick={() => props.onOpen(one.id)}>
                {one.state === 'done' ? t.see : t.goOn}
              </Anchor>
            </Group>
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}
