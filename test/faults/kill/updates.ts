/**
 * Updates whose cloud is killed, alone or with the gateway; what the death of the gateway alone does is proven in
 * update.test.ts, from the same table.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Command } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import { UPDATE_STATES, type UpdateState } from '#daemon/update/states.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { BROKEN, InstalledGateway, ReleaseWorkshop } from '#test/support/installation.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { ADMIN } from '#test/support/site.ts';
import { ConnectorProcess, firstAccount } from '#test/support/stack.ts';
import { stepTo, TooQuick, type Victim } from './yard.ts';

const ATTEMPTS = 4;

export const STATES_OF_UPDATES = Object.keys(UPDATE_STATES) as UpdateState[];

/** So large that it is not fetched in one piece. */
const BALLAST_BYTES = 2_000_000;

interface Parts {
  folder: string;
  workshop: ReleaseWorkshop;
  connector: ConnectorProcess;
  api: ApiClient;
  gateway: string;
  installed: InstalledGateway;
}

export class UpdateYard {
  readonly #parts: Parts;
  #version = '1.0.0';
  #made = 0;
  #command = '';

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open(stack: AsyncDisposableStack): Promise<UpdateYard> {
    const { path: folder } = stack.use(await temporaryFolder('update-matrix'));
    const workshop = await ReleaseWorkshop.open(join(folder, 'workshop'));
    const connector = stack.use(new ConnectorProcess({ data: join(folder, 'connector'), port: await freePort() }));
    await connector.start();
    const { api, account } = await firstAccount(connector, ADMIN);
    const [root, state] = [join(folder, 'gateway'), join(folder, 'state')];
    await workshop.install('1.0.0', root);
    await mkdir(state, { mode: 0o700 });
    // The cloud is away for some seconds of it.
    await writeFile(
      join(state, 'config.json'),
      JSON.stringify({ version: 1, update: { limitSeconds: 30, settleSeconds: 1 } }),
    );
    const installed = stack.use(new InstalledGateway({ root, state, port: await freePort() }));
    await installed.start();
    const gateway = await installed.enrol(connector, api, account.id);
    return new UpdateYard({ folder, workshop, connector, api, gateway, installed });
  }

  async case(state: UpdateState, victim: Victim): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#case(state, victim);
      } catch (error) {
        if (!(error instanceof TooQuick) || attempt === ATTEMPTS) throw error;
        const [pid] = this.#parts.installed.processes().daemons;
        if (pid !== undefined) process.kill(pid, 'SIGCONT');
        await this.#ended(this.#command, `1.1.${this.#made}`, this.#version);
      }
    }
  }

  async #case(state: UpdateState, victim: Victim): Promise<void> {
    const { folder, workshop, connector, api, gateway, installed } = this.#parts;
    await this.#online();
    // A case that was given up may have left one that goes on.
    await until('no update is at work', 90_000, async () => {
      return (await installed.call<{ phase: string }>('GET', '/api/update')).phase === 'idle';
    });
    this.#version = await installed.version();
    const [before, version] = [this.#version, `1.1.${(this.#made += 1)}`];
    const broken = state === 'rolled back';
    const change = broken
      ? BROKEN['crashes at its start']
      : (files: string) => writeFile(join(files, 'ballast'), randomBytes(BALLAST_BYTES));
    await workshop.make(version, join(folder, 'connector/releases/stable'), { change });
    const pid = installed.processes().daemons[0];
    if (pid === undefined) throw new Error('no gateway');
    process.kill(pid, 'SIGSTOP');
    const { id } = await api.post<Command>(`/api/v1/gateways/${gateway}/commands`, {
      name: 'gateway.update',
      args: { version },
    });
    this.#command = id;
    const watch = { of: 'update', root: installed.root, state: installed.state } as const;
    // What stands on the disk of the update before is not this one's.
    const isNew = () => installed.slots()?.last?.to === version;
    if (state === 'committed' || broken) {
      process.kill(pid, 'SIGCONT');
      await until('there is a verdict', 60_000, isNew, 5);
    } else {
      const later = STATES_OF_UPDATES.slice(STATES_OF_UPDATES.indexOf(state), STATES_OF_UPDATES.indexOf('committed'));
      await stepTo(pid, watch, later);
    }
    await connector.stop('SIGKILL');
    if (victim === 'both') await installed.powerOff();
    else if (!isNew()) process.kill(pid, 'SIGCONT');
    await connector.start();
    if (victim === 'both') await installed.start();
    await this.#ended(id, version, before);
    if (victim === 'both') expect(this.#version === version ? 'new' : 'old').toBe(UPDATE_STATES[state].endsIn);
  }

  /** What the command says, the version that runs, the section and the slots are one. */
  async #ended(id: string, version: string, before: string): Promise<void> {
    const { api, gateway, installed } = this.#parts;
    let command: Command | undefined;
    await until(
      'the command has ended',
      90_000,
      async () => {
        command = await api.get<Command>(`/api/v1/commands/${id}`);
        return isFinal(command.state);
      },
      100,
    );
    await this.#online();
    const isUpdated = command?.state === 'succeeded';
    this.#version = isUpdated ? version : before;
    expect(await installed.version()).toBe(this.#version);
    expect(installed.slots()?.trial).toBeUndefined();
    if (isUpdated) expect(command).toMatchObject({ output: { from: before, to: version, changed: true } });
    else expect(command).toMatchObject({ state: 'failed', reason: { code: expect.stringMatching(/^update\./) } });
    const outcomes = isUpdated ? ['Updated'] : ['Rolled back', 'Failed'];
    let last: { to: string; outcome: string } | null | undefined;
    await until(
      'the section tells of it',
      20_000,
      async () => {
        last = (await api.get<{ update?: { last: typeof last } }>(`/api/v1/gateways/${gateway}`)).update?.last;
        return last?.to === version;
      },
      100,
    );
    expect(outcomes).toContain(last?.outcome);
    await until('one daemon and no judge are left', 10_000, () => {
      const { daemons, judges } = installed.processes();
      return daemons.length === 1 && judges.length === 0;
    });
  }

  async #online(): Promise<void> {
    const { api, gateway, installed } = this.#parts;
    const isOnline = async () => {
      const status = await installed.call<{ cloud: { state: string } }>('GET', '/api/status').catch(() => undefined);
      if (status?.cloud.state !== 'online') return false;
      return (await api.get<{ presence: string }>(`/api/v1/gateways/${gateway}`)).presence === 'Online';
    };
    await until('the gateway is online', 60_000, isOnline, 100);
  }
}
