import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Command } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import { FaultProxy } from '#test/faults/fault-proxy.ts';
import { startProgram, until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { type Watch, watcher } from './watch.ts';

/** Who is killed. */
export const VICTIMS = ['daemon', 'connector', 'both'] as const;
export type Victim = (typeof VICTIMS)[number];

const COMPILE_CACHE = join(tmpdir(), 'demarc-compile-cache');

/** Asking costs both processes something. */
const LOOK_MS = 100;

/** The state was left before it could be met; the case is tried again. */
export class TooQuick extends Error {}

const STEPPER = join(import.meta.dirname, 'stepper-child.ts');

/**
 * Lets a process run until its disk shows the first of these states, or one that may take its place, and leaves it stopped
 * there. Gives the state. @throws TooQuick when it stands in one of the others, which follow
 */
export async function stepTo(pid: number, watch: Watch, states: readonly string[], instead?: string): Promise<string> {
  await using child = startProgram(process.execPath, [
    STEPPER,
    String(pid),
    JSON.stringify(watch),
    JSON.stringify(states),
  ]);
  if ((await child.exited) !== 0) throw new Error(`not reached: ${states.join(', ')}: ${child.output()}`);
  const state = child.output().trim();
  if (state !== states[0] && state !== instead) throw new TooQuick(`${state} instead of ${states[0]}`);
  return state;
}

/** A site whose processes are killed at chosen moments; its gateway reaches the cloud through a proxy. */
export class Yard implements AsyncDisposable {
  readonly site: Site;
  readonly proxy: FaultProxy;
  /** Of the daemon's next starts. */
  env: NodeJS.ProcessEnv = {};

  private constructor(site: Site, proxy: FaultProxy) {
    this.site = site;
    this.proxy = proxy;
  }

  static async open(options: Parameters<typeof startSite>[0]): Promise<Yard> {
    // Its code is compiled once, not at each of its many starts.
    const site = await startSite({ ...options, connectorEnv: { NODE_COMPILE_CACHE: COMPILE_CACHE } });
    const proxy = await FaultProxy.start(site.connector.port);
    await site.enrol(proxy.url);
    return new Yard(site, proxy);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.site[Symbol.asyncDispose]();
  }

  get state(): string {
    return this.site.daemon.state;
  }

  /** Everything is up and connected. */
  async ready(): Promise<void> {
    // After a case that failed it may still be halted.
    this.goOn();
    this.proxy.pass();
    const { enrolment } = await this.site.status();
    if (enrolment.state === 'unclaimed') await this.site.enrol(this.proxy.url);
    await this.connected();
  }

  async connected(): Promise<void> {
    const isOnline = async () => {
      const status = await this.site.status().catch(() => undefined);
      return status?.cloud.state === 'online' && (await this.site.presence()).presence === 'Online';
    };
    await until('the gateway is connected', 60_000, isOnline, LOOK_MS);
  }

  halt(): void {
    process.kill(this.site.daemon.pid, 'SIGSTOP');
  }

  goOn(): void {
    process.kill(this.site.daemon.pid, 'SIGCONT');
  }

  async issue(name: string, args: unknown = {}): Promise<string> {
    const { site } = this;
    return (await site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, { name, args })).id;
  }

  async commandState(id: string): Promise<string> {
    return (await this.site.api.get<Command>(`/api/v1/commands/${id}`)).state;
  }

  /** The command when it is in a final state. */
  async commandEnd(id: string): Promise<Command> {
    let command: Command | undefined;
    await until(
      `command ${id} has ended`,
      60_000,
      async () => {
        command = await this.site.api.get<Command>(`/api/v1/commands/${id}`);
        return isFinal(command.state);
      },
      LOOK_MS,
    ).catch((error: unknown) => {
      const said = this.site.daemon.output().slice(-4000);
      throw new Error(`${String(error)}: it is ${command?.state}. The gateway said:\n${said}`, { cause: error });
    });
    if (command === undefined) throw new Error('no command');
    return command;
  }

  /** How often the daemon has said that it is ready, also after it was wiped. */
  startsSeen(): number {
    return this.site.daemon.output().split('"msg":"daemon ready"').length - 1;
  }

  stepTo(watch: Watch, states: readonly string[], instead?: string): Promise<string> {
    return stepTo(this.site.daemon.pid, watch, states, instead);
  }

  /** Follows a command in the gateway's journal from now on. */
  journal(id: string): () => string | undefined {
    const look = watcher({ of: 'command', state: this.state, id });
    return () => {
      const state = look();
      if (state instanceof Promise) throw new Error('a journal is read at once');
      return state;
    };
  }

  /** Kills and starts again; a gateway that was halted goes on. `between` is done while the victims are dead. */
  async strike(victim: Victim, between: () => Promise<void> = async () => undefined): Promise<void> {
    const { daemon, connector } = this.site;
    if (victim !== 'connector') await daemon.stop('SIGKILL');
    if (victim !== 'daemon') await connector.stop('SIGKILL');
    if (victim === 'connector') this.goOn();
    await between();
    // One after the other, so that the daemon's first try is not in vain; other tests let it wait.
    if (victim !== 'daemon') await connector.start();
    if (victim !== 'connector') await daemon.start({ env: this.env });
  }

  /** How often the daemon has started. */
  async starts(): Promise<number> {
    const { boot } = JSON.parse(await readFile(join(this.state, 'boot.json'), 'utf8')) as { boot: number };
    return boot;
  }

  /** Nothing waits, nothing was dropped, lost or set aside. */
  async nothingLost(): Promise<void> {
    const { site } = this;
    await this.ready();
    await until('nothing waits', 30_000, async () => (await site.status()).outbox.records === 0);
    const drops = Object.keys((await site.status()).outbox.drops).filter((reason) => reason !== 'state.superseded');
    expect(drops).toEqual([]);
    expect(await site.events('gateway.records-lost')).toBe(0);
    expect(await site.events('gateway.records-dropped')).toBe(0);
    expect(await site.events('gateway.sequence-behind')).toBe(0);
    expect(await site.presence()).toMatchObject({ presence: 'Online', quarantined: 0 });
  }
}
