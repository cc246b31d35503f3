import { Anchor, Button, Group, NativeSelect, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { SupportLog, SupportState } from '#contract/api/support-logs.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { bytes } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { Facts } from '#web/kit/panels.tsx';
import { useMay } from '../../data/me.tsx';
import { EditForm } from '../../parts/edit-form.tsx';
import { text } from '../../texts/index.ts';
import { SupportStateBadge } from './support-state.tsx';

const t = text.supportLogs;

const Code = (props: { children: string }) => <span className="dk-mono">{props.children}</span>;

/** One problem with everything that support needs of it (LOG-8, LOG-10). */
export function SupportLogDetails(props: { log: SupportLog }) {
  const { log } = props;
  const mayFiles = useMay('support:logs');
  const mayResolve = useMay('support:resolve');
  return (
    <Stack>
      <Facts
        items={[
          [t.product, t.products[log.product]],
          [t.state, <SupportStateBadge key="state" state={log.state} />],
          [t.date, <Age key="date" at={log.createdAt} />],
          [t.reporter, log.reporterName],
          [t.email, log.reporterEmail],
          [t.account, log.accountName],
          [
            t.gateway,
            log.gateway === null ? (
              t.noGateway
            ) : (
              <Anchor key="gateway" component={Link} href={`/gateways/${log.gateway}`} size="sm">
                {log.gatewayName}
              </Anchor>
            ),
          ],
          [t.partnerId, <Code key="partner">{log.partner}</Code>],
          [t.accountId, <Code key="account">{log.account}</Code>],
          [t.userId, <Code key="user">{log.reporter}</Code>],
        ]}
      />
      <section aria-label={t.report}>
        <Title order={3} size="h6">
          {t.report}
        </Title>
        <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          {log.report === '' ? t.noReport : log.report}
        </Text>
      </section>
      <section aria-label={t.attachments}>
        <Title order={3} size="h6">
          {t.attachments}
        </Title>
        {log.attachments.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t.noAttachments}
          </Text>
        ) : (
          <Stack component="ul" gap={4} className="dk-plain-list">
            {log.attachments.map((file) => (
              <Group key={file.id} component="li" justify="space-between" gap="xs">
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {file.fileName}, {t.kinds[file.kind]}, {bytes(file.bytes)}
                </Text>
                {mayFiles && (
                  <Anchor
                    size="sm"
                    href={`/api/v1/uploads/${file.id}/file`}
                    download={file.fileName}
                    aria-label={text.logs.downloadFile(file.fileName)}
                  >
                    {text.logs.download}
                  </Anchor>
                )}
              </Group>
            ))}
          </Stack>
        )}
      </section>
      {mayResolve ? (
        <Settle key={log.id} log={log} />
      ) : (
        <Facts items={[[t.notes, log.notes === '' ? '–' : log.notes]]} />
      )}
      {mayFiles && (
        <Group>
          <Button
            component="a"
            href={`/api/v1/support-logs/${log.id}/export.zip`}
            download
            variant="default"
            leftSection={<Icon name="download" size={14} />}
          >
            {t.export}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Where it stands and what the partner notes (LOG-9). What somebody else saved meanwhile is not overwritten. */
function Settle(props: { log: SupportLog }) {
  const { log } = props;
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const path = `/support-logs/${log.id}`;
  const { draft, set, edited } = useEdited({
    entry: log,
    draftOf: ({ state, notes }) => ({ state, notes }),
    version: ({ etag }) => etag,
    read: () => api.get(path, SupportLog),
    save: (wanted, { etag }) => api.send('PATCH', path, SupportLog, wanted, { ifMatch: etag }),
    onSaved: async () => {
      notice(t.saved);
      await queries.invalidateQueries({ queryKey: ['support-logs'] });
    },
  });
  return (
    <EditForm edited={edited} action={t.save} label={t.status} size="xs" blocked={!edited.changed}>
      <NativeSelect
        label={t.state}
        value={draft.state}
        data={SupportState.options.map((value) => ({ value, label: t.states[value] }))}
        onChange={(event) => set({ state: SupportState.parse(event.currentTarget.value) })}
      />
      <Textarea
        label={t.notes}
        description={t.notesHint}
        autosize
        minRows={2}
        maxLength={4000}
        value={draft.notes}
        onChange={(event) => set({ notes: event.currentTarget.value })}
      />
    </EditForm>
  );
}
