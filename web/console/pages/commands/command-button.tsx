import { Button } from '@mantine/core';
import type { CommandName } from '#contract/commands.ts';
import { Icon, type IconName } from '#web/kit/icons.tsx';
import { permissionFor } from '../../data/commands.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';

/** What a command's button needs to know: whose, whether one is under way, and how to issue. */
export interface CommandActions {
  capabilities: readonly string[];
  busy: boolean;
  issue: (name: CommandName, args?: unknown) => void;
}

/** A command as a button: absent without the right, disabled when this gateway's version does not know the command. */
export function CommandButton(props: {
  name: CommandName;
  args?: unknown;
  label: string;
  icon: IconName;
  small?: boolean;
  main?: boolean;
  actions: CommandActions;
}) {
  const { name, args, actions } = props;
  const may = useMay(permissionFor(name));
  if (!may) return null;
  // A gateway that has never connected has not said what it knows; its commands wait for it.
  const supported = actions.capabilities.length === 0 || actions.capabilities.includes(name);
  return (
    <Button
      size={props.small ? 'xs' : 'sm'}
      variant={props.main ? 'filled' : 'default'}
      leftSection={<Icon name={props.icon} size={14} />}
      disabled={actions.busy || !supported}
      title={supported ? undefined : text.gateway.unsupported}
      onClick={() => actions.issue(name, args)}
    >
      {props.label}
    </Button>
  );
}
