import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Icon } from './icons.tsx';
import { kitText } from './texts/index.ts';

/** Copies a value; says so, also when the browser refuses. */
export function CopyButton(props: { value: string; label: string }) {
  const clipboard = useClipboard({ timeout: 2000 });
  const said = clipboard.error
    ? kitText.copyFailed
    : clipboard.copied
      ? kitText.copied
      : `${kitText.copy}: ${props.label}`;
  return (
    <Tooltip label={said}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={said} onClick={() => clipboard.copy(props.value)}>
        <Icon name={clipboard.copied ? 'check' : 'copy'} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
