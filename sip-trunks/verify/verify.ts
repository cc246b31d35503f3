/** A trunk proven step by step: what it is set to, against what its two ends really do. */

import type { VerifyEnd, VerifyStep } from '#contract/trunk-verify.ts';
import type { TrunkSettings } from '#contract/trunks.ts';
import type { TlsTrust } from '../client/transport.ts';
import type { SipTap } from '../trace/tap.ts';
import { written } from '../trunk/numbers.ts';
import { CallProof } from './call-proof.ts';
import { EndProof, type EndSettings, type ProofParts } from './end-proof.ts';
import { failed, takeStep, WireRecorder } from './step.ts';

/** What is only known on site beside the settings of the trunk. */
export interface TrunkAccess {
  password?: string;
  trust: TlsTrust;
}

interface VerifyOptions extends ProofParts {
  trunk: TrunkSettings;
  access: TrunkAccess;
  /** ISO 3166-1 alpha-2, for national numbers. */
  country: string | undefined;
  tap?: SipTap;
  signal: AbortSignal;
}

/**
 * Proves both ends without changing anything: DNS, TCP, TLS, OPTIONS, and at the far end the log-in. The steps come as
 * they begin and as they end; one end that fails does not keep the other from being asked.
 * @throws SipConnectError `canceled` when it is no longer wanted
 */
export async function* verifyTrunk(options: VerifyOptions): AsyncGenerator<VerifyStep> {
  const recorder = new WireRecorder(options.tap);
  const { authentication } = options.trunk;
  for (const end of ['pbx', 'far-end'] as const) {
    using proof = new EndProof(endSettings(options, end), options, recorder, options.signal);
    const reached = yield* reach(end, proof, recorder);
    const registers = authentication.kind === 'digest' && authentication.register;
    if (end === 'far-end' && registers && reached) yield* takeStep(end, 'register', recorder, () => proof.register());
  }
}

/**
 * Calls the pilot number through one end and listens. The call is ended whatever happens.
 * @throws SipConnectError `canceled` when it is no longer wanted
 */
export async function* testCall(options: VerifyOptions, through: VerifyEnd): AsyncGenerator<VerifyStep> {
  const { trunk, country, clock, signal } = options;
  const recorder = new WireRecorder(options.tap);
  const { pilotNumber } = trunk;
  if (pilotNumber === null) {
    yield* takeStep(through, 'call', recorder, async () =>
      failed({ code: 'trunk.no-pilot-number', detail: trunk.name }),
    );
    return;
  }
  using proof = new EndProof(endSettings(options, through), options, recorder, signal);
  if (!(yield* reach(through, proof, recorder))) return;
  const format = through === 'far-end' ? trunk.numbers.toFarEnd : trunk.numbers.toPbx;
  const called = written(pilotNumber, format, { country });
  const caller = proof.settings.user ?? called;
  await using call = new CallProof(proof, { called, caller, codecs: trunk.codecs, clock }, signal);
  if (yield* takeStep(through, 'call', recorder, () => call.call())) {
    yield* takeStep(through, 'media', recorder, () => call.media());
  }
}

/** From the name to an answer. Gives whether there is a way. */
async function* reach(end: VerifyEnd, proof: EndProof, recorder: WireRecorder): AsyncGenerator<VerifyStep, boolean> {
  const { transport } = proof.settings;
  if (!(yield* takeStep(end, 'dns', recorder, () => proof.dns()))) return false;
  if (transport !== 'udp' && !(yield* takeStep(end, 'tcp', recorder, () => proof.tcp()))) return false;
  if (transport === 'tls' && !(yield* takeStep(end, 'tls', recorder, () => proof.tls()))) return false;
  return yield* takeStep(end, 'options', recorder, () => proof.options());
}

function endSettings({ trunk, access }: VerifyOptions, end: VerifyEnd): EndSettings {
  if (end === 'pbx') {
    const { host, port, transport } = trunk;
    return {
      host,
      port,
      transport,
      user: undefined,
      credentials: undefined,
      trust: access.trust,
      mustBeTrusted: false,
    };
  }
  const { host, port, transport } = trunk.farEnd;
  const user = trunk.authentication.kind === 'digest' ? trunk.authentication.user : undefined;
  const { password, trust } = access;
  const credentials = user !== undefined && password !== undefined ? { user, password } : undefined;
  return { host, port, transport, user, credentials, trust, mustBeTrusted: true };
}
