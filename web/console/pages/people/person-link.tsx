import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type Person, PersonLink } from '#contract/api/access.ts';
import { withQuery } from '#web/kit/api/client.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { text } from '../../texts/index.ts';

const t = text.people;

/** What became of a link: mailed, or to be passed on. */
export const LinkTold = (props: { link: PersonLink; email: string }) =>
  props.link.link === null ? (
    <Text size="sm" role="status">
      {t.mailed(props.email)}
    </Text>
  ) : (
    <>
      <Text size="sm">{t.noMail}</Text>
      <ShownOnce lead={t.once} label={t.linkLabel} value={props.link.link} />
    </>
  );

/** Makes a link by which somebody chooses a new password. */
export function PersonLinkDialog(props: { person: Person; onClose: () => void }) {
  const { person } = props;
  const api = useApi();
  const path = withQuery(`/people/${encodeURIComponent(person.id)}/password-link`, {
    account: person.account ?? undefined,
  });
  const make = useMutation({ mutationFn: () => api.send('POST', path, PersonLink) });
  return (
    <Dialog opened onClose={props.onClose} title={t.linkOf(person.name)}>
      <Stack>
        {make.data ? <LinkTold link={make.data} email={person.email} /> : <Text size="sm">{t.linkLead}</Text>}
        {make.error && <ErrorPanel error={make.error} />}
        <Group justify="flex-end">
          {make.data ? (
            <Button onClick={props.onClose}>{t.done}</Button>
          ) : (
            <>
              <Button variant="default" onClick={props.onClose}>
                {kitText.cancel}
              </Button>
              <Button loading={make.isPending} onClick={() => make.mutate()}>
                {t.makeLink}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
