/** A trunk against a peer of a test: its settings, and everything that proving it needs. */
import { randomBytes } from 'node:crypto';
import { systemClock } from '#config/clock.ts';
import type { VerifyEnd, VerifyStep } from '#contract/trunk-verify.ts';
import { TrunkSettings } from '#contract/trunks.ts';
import { systemTimers } from '#sip-trunks/client/timers.ts';
import type { TlsTrust, Transport } from '#sip-trunks/client/transport.ts';
import { systemDns } from '#sip-trunks/resolve/dns.ts';
import { testCall, verifyTrunk } from '#sip-trunks/verify/verify.ts';

interface ProofOptions {
  port: number;
  transport: Transport;
  host?: string;
  user?: string;
  password?: string;
  trust?: TlsTrust;
  pilot?: string;
  codecs?: string[];
  servers?: string[];
}

export const newToken = (): string => randomBytes(12).toString('hex');

/** Both ends are the same peer unless a test says more. */
export function proofOptions(options: ProofOptions) {
  const { port, transport, host = '127.0.0.1', user, password, trust = {}, pilot = '+43720123456', servers } = options;
  const trunk = TrunkSettings.parse({
    name: 'Trunk',
    pbx: '01K00000000000000000000PBX',
    host,
    port,
    transport,
    farEnd: { kind: 'cloud-platform', host, port, transport },
    authentication: user === undefined ? { kind: 'address' } : { kind: 'digest', user, register: true },
    pilotNumber: pilot,
    ...(options.codecs ? { codecs: options.codecs } : {}),
  });
  return {
    trunk,
    access: { trust, ...(password === undefined ? {} : { password }) },
    country: 'AT',
    dns: (signal: AbortSignal) => systemDns({ signal, ...(servers ? { servers } : {}) }),
    random: Math.random,
    newToken,
    timers: systemTimers,
    clock: systemClock,
    signal: AbortSignal.timeout(60_000),
  };
}

/** The steps as they ended, by their id. */
export async function ended(steps: AsyncIterable<VerifyStep>): Promise<Map<string, VerifyStep>> {
  const done = new Map<string, VerifyStep>();
  for await (const step of steps) if (step.status !== 'running') done.set(step.id, step);
  return done;
}

/** How the last step went, short enough to compare. */
export const brief = (steps: Map<string, VerifyStep>): string[] =>
  [...steps.values()].map(({ id, status, code }) => [id, status, code].filter(Boolean).join(' '));

export const verified = (options: ProofOptions) => ended(verifyTrunk(proofOptions(options)));

export const called = (options: ProofOptions, through: VerifyEnd = 'far-end') =>
  ended(testCall(proofOptions(options), through));
