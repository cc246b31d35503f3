/** English texts of commands. */
export const commandsTexts = {
  commands: {
    title: 'Commands',
    empty: 'Commands appear here when somebody issues one on a gateway’s page.',
    command: 'Command',
    gateway: 'Gateway',
    state: 'State',
    issuer: 'Issued by',
    issuedAt: 'Issued',
    updatedAt: 'Last news',
    deadline: 'Deadline',
    reason: 'Result',
    names: {
      'pbx.sync': 'Sync users',
      'pbx.test': 'Test the PBX link',
      'inventory.report': 'Report the inventory',
      'gateway.self-test': 'Self-test',
      'trunk.verify': 'Verify trunk',
      'trunk.test-call': 'Test call',
      'trunk.plan': 'Compare trunk with the PBX',
      'trunk.apply': 'Apply trunk to the PBX',
      'trunk.remove': 'Remove trunk from the PBX',
      'tunnel.start': 'Start tunnel',
      'tunnel.stop': 'Stop tunnel',
      'tunnel.open': 'Let a session in',
      'gateway.reboot': 'Reboot the machine',
      'gateway.restart': 'Restart the gateway',
      'gateway.collect-logs': 'Collect logs',
      'gateway.trace-calls': 'Trace calls',
      'gateway.check-update': 'Check for an update',
      'gateway.update': 'Update',
      'gateway.set-update-schedule': 'Change the update schedule',
      'gateway.factory-reset': 'Revert to factory default',
    } as Readonly<Record<string, string>>,
    progress: 'Progress of the command',
    bulk: 'Issued together',
    cancel: 'Cancel',
    cancelOf: (command: string) => `Cancel: ${command}`,
    waits: (until: string) => `Waits for the gateway until ${until}.`,
    away: (until: string) =>
      `The gateway is away. What came of it is told when it is back, until ${until}; then it counts as timed out.`,
    cancelAsked: (who: string, open: boolean) =>
      open ? `${who} has asked to cancel it; its gateway has yet to answer.` : `Canceled by ${who}.`,
    rebooted: (time: string) => `The machine has rebooted; it took ${time}.`,
    restarted: (time: string) => `The gateway has restarted; it took ${time}.`,
    collected: (file: string, size: string) => `${file} is here, ${size}.`,
    newest: (version: string) => `Version ${version} is the newest.`,
    newer: (version: string, current: string) => `Version ${version} is available; the gateway has ${current}.`,
    updated: (from: string, to: string) => `Updated from ${from} to ${to}.`,
    hadIt: (version: string) => `It had version ${version} already.`,
    scheduled: (next: string | undefined) =>
      next === undefined ? 'Kept. It does not look for updates by itself.' : `Kept. It looks next on ${next}.`,
    reset: (wiped: boolean) =>
      wiped ? 'The gateway has erased itself and waits to be claimed.' : 'The gateway has left the account.',
    synced: (outcome: string, added: string, changed: string, removed: string) =>
      `${outcome}: ${added} added, ${changed} changed, ${removed} removed.`,
    reported: (platforms: string, applications: string) => `${platforms} and ${applications} reported.`,
    checked: (bad: number, all: number) =>
      bad === 0 ? `All ${all} checks are fine.` : `${bad} of ${all} checks need attention.`,
  },
  bulk: {
    button: 'Commands',
    buttonFor: (gateways: string) => `Commands for ${gateways}`,
    restart: (gateways: string) => `Restart ${gateways}`,
    restartEffect:
      'Each gateway stops in order and starts again. It is offline for a few seconds; what it has to tell is kept. One that must not be interrupted now refuses.',
    update: (gateways: string) => `Update ${gateways}`,
    updateEffect:
      'Each gateway fetches the newest release, switches to it and proves it. It is offline for up to a minute, and takes the old version back when the new one does not connect.',
    sending: 'Issuing…',
    close: 'Close',
    refused: 'Not issued',
    toList: 'Show all of them in the list of commands',
  },
  power: {
    button: 'Restart',
    title: 'Restart or reboot',
    which: 'What starts again',
    ways: {
      'gateway.restart': {
        label: 'Restart the gateway',
        effect: 'Its program stops in order and starts again, in a few seconds.',
        missing: 'This gateway does not offer it. Update it first.',
      },
      'gateway.reboot': {
        label: 'Reboot the machine',
        effect:
          'The whole machine starts again, with everything that runs on it. Only a new start of its kernel counts.',
        missing: 'This gateway does not offer it: it has no program that reboots its machine.',
      },
    },
    force: 'Also when something must not be interrupted',
    forceEffect: 'An update, a call trace or a change of a trunk is cut off.',
    kept: 'Nothing that waits to be sent is lost.',
    close: 'Close',
  },
};
