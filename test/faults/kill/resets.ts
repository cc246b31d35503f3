/** Factory reset and release: a gateway that dies on its way out of an account is out, or was never on the way. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Account } from '#contract/api.ts';
import type { EnrolmentOffer } from '#contract/enrolment.ts';
import { RESET_STATES } from '#daemon/reset/marker.ts';
import { until } from '#test/support/program.ts';
import type { CommandFamily } from './commands.ts';
import { type Victim, Yard } from './yard.ts';

/** States of RESET_STATES that nothing writes, and why. */
const NEVER: Readonly<Record<string, string>> = { 'move wanted': 'a claim by another account is due at once' };

const named = RESET_STATES.map(({ kind, phase }) => `${kind} ${phase}`).filter((state) => NEVER[state] === undefined);

export const WIPE_STATES = named.filter((state) => state.startsWith('wipe '));
export const RELEASE_STATES = named.filter((state) => state.startsWith('release '));
export const MOVE_STATES = named.filter((state) => state.startsWith('move '));

export const openResetYard = async (stack: AsyncDisposableStack): Promise<Yard> => {
  const yard = stack.use(await Yard.open({ users: 30, daemonEnv: { DEMARC_VIRTUAL: 'no' } }));
  yard.env = { DEMARC_VIRTUAL: 'no' };
  return yard;
};

/** Waits until the daemon answers as one that belongs to nobody, and has nothing left to do for that. */
async function unclaimed({ site, state }: Yard): Promise<void> {
  await until(
    'the gateway belongs to nobody',
    60_000,
    async () => {
      const status = await site.status().catch(() => undefined);
      return status?.enrolment.state === 'unclaimed' && !existsSync(join(state, 'reset.json'));
    },
    100,
  );
}

/** Enrols it again. What it has said is worth more than that it did not come online. */
async function claim({ site, proxy }: Yard): Promise<void> {
  try {
    await site.enrol(proxy.url);
  } catch (error) {
    throw new Error(`it could not be enrolled again:\n${site.daemon.output().slice(-3000)}`, { cause: error });
  }
}

export function factoryResetFamily(yard: Yard): CommandFamily {
  const { site } = yard;
  return {
    name: 'gateway.factory-reset',
    args: { confirm: 'revert' },
    steps: ['step'],
    yard,
    acts: () => site.events('gateway.left'),
    expected: (state, victim) =>
      victim !== 'connector' && (state === 'accepted' || state === 'running')
        ? { state: 'failed', code: 'command.interrupted', acts: [0, 0] }
        : { state: 'succeeded', acts: [1, 1] },
    toTheEnd: async (id) => {
      await yard.stepTo({ of: 'command', state: yard.state, id }, ['ended']);
    },
    otherStates: Object.fromEntries(
      WIPE_STATES.map((state) => [
        state,
        async (issue: () => Promise<string>) => {
          yard.halt();
          await issue();
          await yard.stepTo({ of: 'reset', state: yard.state }, WIPE_STATES.slice(WIPE_STATES.indexOf(state)));
        },
      ]),
    ),
    check: async (command) => {
      if (command.state !== 'succeeded') {
        expect((await site.status()).enrolment.state).toBe('claimed');
        return;
      }
      await unclaimed(yard);
      const left = (await readdir(yard.state)).filter((name) => /^(identity|key-|enrolment)/.test(name));
      expect(left).toEqual([]);
      expect((await site.status()).pbxs.map(({ name }) => name)).toEqual([]);
      expect(await site.presence()).toMatchObject({ presence: 'Released', quarantined: 0 });
    },
    afterCase: async (command) => {
      if (command.state === 'succeeded') await claim(yard);
    },
    ownStarts: 1,
  };
}

/** Once before the cases of releases: a virtual machine with a PBX, which it keeps. */
export async function becomeVirtual(yard: Yard): Promise<void> {
  yard.env = { DEMARC_VIRTUAL: 'yes' };
  await yard.site.daemon.stop();
  await yard.site.daemon.start({ env: yard.env });
  await yard.connected();
  await yard.site.addDirectory();
}

/** A virtual machine that is to be reset is released instead, and keeps its PBXs. */
export async function releaseCase(yard: Yard, state: string, victim: Victim): Promise<void> {
  const { site } = yard;
  await yard.ready();
  yard.halt();
  const id = await yard.issue('gateway.factory-reset', { confirm: 'revert' });
  await yard.stepTo({ of: 'reset', state: yard.state }, RELEASE_STATES.slice(RELEASE_STATES.indexOf(state)));
  await yard.strike(victim);
  expect(await site.commandEnd(id)).toMatchObject({ state: 'succeeded', output: { wiped: false } });
  await unclaimed(yard);
  expect((await site.status()).pbxs).toHaveLength(1);
  expect(await site.presence()).toMatchObject({ presence: 'Released', quarantined: 0 });
  await claim(yard);
  await everybody(yard);
}

/** A gateway that another account claims leaves the first one's data behind, and takes its PBXs along. */
export async function moveCase(yard: Yard, state: string, victim: Victim): Promise<void> {
  const { site } = yard;
  await yard.ready();
  await site.command('gateway.factory-reset', { confirm: 'revert' });
  await unclaimed(yard);
  const other = await site.api.post<Account>('/api/v1/accounts', { name: `After ${state} ${victim}`, country: 'AT' });
  const offer = await site.daemon.call<EnrolmentOffer>('POST', '/api/enrolment', {
    cloud: { url: yard.proxy.url, caFile: site.connector.caFile },
  });
  yard.halt();
  const { gateway } = await site.api.post<{ gateway: string }>(`/api/v1/enrolments/${offer.code}/confirm`, {
    account: other.id,
  });
  site.gateway = gateway;
  await yard.stepTo({ of: 'reset', state: yard.state }, MOVE_STATES.slice(MOVE_STATES.indexOf(state)));
  await yard.strike(victim);
  await yard.connected();
  await everybody(yard);
}

/** All its people are in the account that it belongs to now, under a PBX that is this account's own. */
async function everybody({ site, state }: Yard): Promise<void> {
  expect(existsSync(join(state, 'reset.json'))).toBe(false);
  await until(
    'everybody is there',
    30_000,
    async () => {
      const { users, quarantined } = await site.api.get<{ users: number; quarantined: number }>(
        `/api/v1/gateways/${site.gateway}`,
      );
      expect(quarantined).toBe(0);
      return users === site.lab.directory.entries.length - 1;
    },
    100,
  );
}
