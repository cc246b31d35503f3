import { Button, Checkbox, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '#web/kit/dialog.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { permissionFor } from '../../data/commands.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import type { CommandActions } from './command-button.tsx';

const t = text.power;
const WAYS = ['gateway.restart', 'gateway.reboot'] as const;

/** Restart of the gateway's program or reboot of its machine, asked for twice; by force only with the right to it. */
export function PowerButton(props: { actions: CommandActions }) {
  const { actions } = props;
  const may = useMay(permissionFor('gateway.reboot'));
  const mayForce = useMay('support:force');
  const [open, setOpen] = useState(false);
  const [way, setWay] = useState<(typeof WAYS)[number]>('gateway.restart');
  const [force, setForce] = useState(false);
  if (!may) return null;
  const known = (name: string) => actions.capabilities.length === 0 || actions.capabilities.includes(name);
  const close = () => {
    setOpen(false);
    setForce(false);
  };
  return (
    <>
      <Button variant="default" leftSection={<Icon name="off" size={14} />} onClick={() => setOpen(true)}>
        {t.button}
      </Button>
      <Dialog opened={open} onClose={close} title={t.title}>
        <Stack>
          <Radio.Group
            value={way}
            onChange={(value) => setWay(WAYS.find((one) => one === value) ?? way)}
            label={t.which}
          >
            <Stack gap="xs" mt="xs">
              {WAYS.map((name) => (
                <Radio
                  key={name}
                  value={name}
                  label={t.ways[name].label}
                  description={known(name) ? t.ways[name].effect : t.ways[name].missing}
                  disabled={!known(name)}
                />
              ))}
            </Stack>
          </Radio.Group>
          {mayForce && (
            <Checkbox
              checked={force}
              onChange={(event) => setForce(event.currentTarget.checked)}
              label={t.force}
              description={t.forceEffect}
            />
          )}
          <Text size="sm" c="dimmed">
            {t.kept}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t.close}
            </Button>
            <Button
              disabled={actions.busy || !known(way)}
              onClick={() => {
                actions.issue(way, { force });
                close();
              }}
            >
              {t.ways[way].label}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
