import { Drawer, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useInFront } from '#web/kit/layers.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../texts/index.ts';

/** Details of one row, beside its list. */
export function DetailsDrawer<T>(props: {
  opened: boolean;
  record: T | undefined;
  error: unknown;
  loading: boolean;
  /** Whether the record is known from before only. */
  gone: boolean;
  title: (record: T) => string;
  onClose: () => void;
  children: (record: T) => ReactNode;
}) {
  const { record, error } = props;
  const inFront = useInFront(props.opened);
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      closeOnEscape={inFront}
      position="right"
      size="lg"
      title={record === undefined ? text.list.detailsTitle : props.title(record)}
      closeButtonProps={{ 'aria-label': text.list.close }}
    >
      {record !== undefined ? (
        <Stack>
          {props.gone && (
            <Text size="sm" c="dimmed" role="status">
              {text.list.noLongerInList}
            </Text>
          )}
          {props.children(record)}
        </Stack>
      ) : error !== null && error !== undefined ? (
        <ErrorPanel error={error} />
      ) : props.loading ? (
        <Stack>
          <Skeleton height={20} />
          <Skeleton height={120} />
        </Stack>
      ) : (
        <Text size="sm">{text.list.notInList}</Text>
      )}
    </Drawer>
  );
}
