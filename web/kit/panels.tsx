import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { toApiError } from './api/api-error.ts';
import { CopyButton } from './copy-button.tsx';
import { sentences } from './format/sentences.ts';
import { Icon } from './icons.tsx';
import { kitText } from './texts/index.ts';

/** What went wrong, what to do, and what support needs; read out at once. */
export function ErrorPanel(props: {
  error: unknown;
  title?: string | undefined;
  onRetry?: () => void;
  /** Offers a cross; the next error is shown again (EVT-6). */
  closable?: boolean;
  /** More of what to do. */
  children?: ReactNode;
}) {
  const [closed, setClosed] = useState<unknown>();
  const error = toApiError(props.error);
  if (closed === props.error) return null;
  return (
    <Alert
      {...(props.closable && {
        withCloseButton: true,
        closeButtonLabel: kitText.close,
        onClose: () => setClosed(props.error),
      })}
      role="alert"
      variant="default"
      color="red"
      icon={
        <span className="dk-bad">
          <Icon name="error" />
        </span>
      }
      title={props.title ?? kitText.errorTitle}
    >
      <Stack gap="xs">
        <Text size="sm">{sentences(error.message)}</Text>
        {error.nextStep && <Text size="sm">{error.nextStep}</Text>}
        {props.children}
        <Group gap="xs">
          {props.onRetry && (
            <Button size="xs" variant="default" onClick={props.onRetry}>
              {kitText.tryAgain}
            </Button>
          )}
          <Text size="xs" c="dimmed">
            {kitText.code} {error.code}
            {error.requestId && `, ${kitText.requestId} ${error.requestId}`}
          </Text>
          {error.requestId && <CopyButton value={error.requestId} label={kitText.requestId} />}
        </Group>
      </Stack>
    </Alert>
  );
}

/** A frame with a heading of the second order. */
export function Panel(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="dk-panel" aria-labelledby={id}>
      <Group justify="space-between" align="baseline" mb="sm" gap="xs">
        <Title order={2} size="h5" id={id}>
          {props.title}
        </Title>
        {props.aside}
      </Group>
      {props.children}
    </section>
  );
}

/** Head of a page: its one first-order heading, which also names the browser's tab, and its actions. */
export function PageHeader(props: { title: string; note?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} – Demarc`;
  }, [props.title]);
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <Stack gap={2} miw={0}>
        <Title order={1} size="h3">
          {props.title}
        </Title>
        {props.note && (
          <Text size="sm" c="dimmed" component="div">
            {props.note}
          </Text>
        )}
      </Stack>
      {props.actions && <Group gap="xs">{props.actions}</Group>}
    </Group>
  );
}

/** Label and value pairs. Null values say that they are not known. */
export const Facts = (props: { items: readonly (readonly [label: string, value: ReactNode])[] }) => (
  <dl className="dk-facts">
    {props.items.map(([label, value]) => (
      <Pair key={label} label={label} value={value} />
    ))}
  </dl>
);

const Pair = (props: { label: string; value: ReactNode }) => (
  <>
    <dt>{props.label}</dt>
    <dd>
      {props.value === null || props.value === undefined || props.value === '' ? (
        <span className="dk-dimmed">{kitText.notKnown}</span>
      ) : (
        props.value
      )}
    </dd>
  </>
);
