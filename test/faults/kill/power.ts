/** Reboot and restart. The machine that reboots is this test: its program notes that it was told, the test pulls the plug. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, until } from '#test/support/program.ts';
import type { CommandFamily } from './commands.ts';
import { Yard } from './yard.ts';

/** A machine with a boot id that changes only when it boots. */
export class Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  #boots = 1;

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = {
      DEMARC_BOOT_ID_FILE: join(folder, 'boot_id'),
      DEMARC_REBOOT_PROGRAM: JSON.stringify(['sh', '-c', `echo told >> ${join(folder, 'told')}`]),
    };
  }

  static async at(folder: string): Promise<Machine> {
    const machine = new Machine(folder);
    await writeFile(join(folder, 'boot_id'), 'boot-1\n');
    return machine;
  }

  /** How often it was told to reboot. */
  async told(): Promise<number> {
    const text = await readFile(join(this.#folder, 'told'), 'utf8').catch(() => '');
    return text.split('\n').length - 1;
  }

  async boots(): Promise<void> {
    this.#boots += 1;
    await writeFile(join(this.#folder, 'boot_id'), `boot-${this.#boots}\n`);
  }
}

/** A yard for both families, closed by the caller. */
export async function openPowerYard(stack: AsyncDisposableStack): Promise<{ yard: Yard; machine: Machine }> {
  const folder = stack.use(await temporaryFolder('machine'));
  const machine = await Machine.at(folder.path);
  const yard = stack.use(await Yard.open({ users: 5, daemonEnv: machine.env }));
  return { yard, machine };
}

/** Whether the act can have been begun by a gateway that dies in this state. */
const isEarly = (state: string): boolean => state === 'accepted' || state === 'running';

export function rebootFamily(yard: Yard, machine: Machine): CommandFamily {
  let told = 0;
  const reboots = async () => {
    await until('the machine is told', 30_000, async () => (await machine.told()) > told);
    await yard.site.daemon.stop('SIGKILL');
    await machine.boots();
    await yard.site.daemon.start();
  };
  return {
    name: 'gateway.reboot',
    steps: ['step'],
    yard,
    acts: async () => {
      told = await machine.told();
      return told;
    },
    expected: (state, victim) => {
      if (victim === 'connector' || state === 'queued' || state === 'sent' || state === 'ended') {
        return { state: 'succeeded', acts: [1, 1] };
      }
      if (isEarly(state)) return { state: 'failed', code: 'command.interrupted', acts: [0, 0] };
      // The program may have been on its way. With the daemon alone the machine has not rebooted; with both it has.
      return victim === 'daemon'
        ? { state: 'failed', code: 'command.not-rebooted', acts: [0, 1] }
        : { state: 'succeeded', acts: [0, 1] };
    },
    toTheEnd: async (id) => {
      const journal = yard.journal(id);
      await until('the machine is told', 30_000, async () => (await machine.told()) > told);
      yard.proxy.refuse();
      await yard.site.daemon.stop('SIGKILL');
      journal();
      await machine.boots();
      await yard.site.daemon.start();
      await until('it has ended on disk', 20_000, () => journal() === 'ended');
    },
    between: async (state, victim) => {
      if (state === 'step' && victim === 'both') await machine.boots();
    },
    afterwards: async (state, victim) => {
      const goesOn = state === 'queued' || state === 'sent' || (victim === 'connector' && state !== 'ended');
      if (goesOn) await reboots();
    },
    ownStarts: 1,
  };
}

export function restartFamily(yard: Yard): CommandFamily {
  return {
    name: 'gateway.restart',
    steps: ['step'],
    yard,
    // A restart is a start.
    acts: () => yard.starts(),
    expected: (state, victim) => {
      const kills = victim === 'connector' ? 0 : 1;
      if (victim !== 'connector' && isEarly(state)) {
        return { state: 'failed', code: 'command.interrupted', acts: [1, 1] };
      }
      // A kill after the step is the restart itself.
      const own = victim !== 'connector' && state === 'step' ? 0 : 1;
      return { state: 'succeeded', acts: [kills + own, kills + own] };
    },
    toTheEnd: async (id) => {
      const journal = yard.journal(id);
      await yard.stepTo({ of: 'command', state: yard.state, id }, ['step']);
      journal();
      yard.proxy.refuse();
      yard.goOn();
      await until('it has ended on disk', 20_000, () => journal() === 'ended');
    },
    ownStarts: 1,
  };
}
