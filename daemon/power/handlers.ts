import { uptime } from 'node:os';
import type { Clock } from '#config/clock.ts';
import type { CommandHandlers } from '../commands/handler.ts';
import { bootId } from '../host.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { BusyView } from './busy.ts';
import { farewellBy } from './farewell.ts';
import { rebootHandler } from './reboot.ts';
import { type RestartProcess, restartHandler } from './restart.ts';
import { runProgram } from './run-program.ts';

interface PowerParts {
  settings: { rebootProgram: readonly string[]; bootIdFile: string };
  /** The kernel's boot id as it was at the start; undefined where there is none, and a reboot could not be proven. */
  kernelBoot: string | undefined;
  boot: number;
  restart: RestartProcess;
  busy: BusyView;
  outbox: Outbox;
  clock: Clock;
}

/** The commands that end this process or the machine; without a program that reboots there is no such command. */
export function powerHandlers(parts: PowerParts): CommandHandlers {
  const { settings, kernelBoot, boot, restart, busy, outbox, clock } = parts;
  const farewell = farewellBy(outbox);
  const handlers: CommandHandlers = { 'gateway.restart': restartHandler({ boot, restart, busy, farewell, clock }) };
  if (settings.rebootProgram.length === 0 || kernelBoot === undefined) return handlers;
  const reboot = rebootHandler({
    bootId: () => bootId(settings.bootIdFile),
    program: settings.rebootProgram,
    run: runProgram,
    busy,
    farewell,
    clock,
    uptime,
  });
  return { ...handlers, 'gateway.reboot': reboot };
}
