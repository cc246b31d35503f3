/** The contract of a PBX adapter (design section 5). */
import type { ErrorText } from '#contract/errors/demarc-error.ts';
import type { ApplicationReport } from '#contract/sections.ts';
import type { PbxType } from '#contract/words.ts';
import type { TrunkProvisioner } from './trunk-provisioner.ts';

/** What an adapter can give, and by which channel; `via: 'none'` says plainly that it cannot, `note` what to do instead. */
export interface Capability {
  via: string;
  note?: string;
}
export type CapabilityName = 'users' | 'numbers' | 'version' | 'licence' | 'trunk' | 'activity';
export type Capabilities = Readonly<Record<CapabilityName, Capability>>;

/** One person as the PBX has it, before normalising. Every text is as read, but trimmed and valid Unicode. */
export interface PbxUser {
  /** The PBX's stable id where there is one, else the extension within the node; never the e-mail. */
  key: string;
  name?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  extension?: string;
  workPhone?: string;
  mobilePhone?: string;
  loginId?: string;
  department?: string;
}

/**
 * What the stream of users yields: a usable record (with `problems` when something in it had to be changed, such as a
 * value that was too long), or one that had to be left out with the reason and the place.
 */
export type UserItem =
  | { kind: 'user'; user: PbxUser; where?: string; problems?: readonly string[] }
  | { kind: 'rejected'; where: string; reason: string };

/** A directory number: a DID, or a range of extensions. */
export interface DirectoryNumber {
  kind: 'did' | 'extension-range';
  from: string;
  to?: string;
  target?: string;
}

/** One call with its parties; handed on only where the settings of the link say so. */
export interface PbxCall {
  /** ISO instant of its start. */
  at: string;
  from: string;
  to?: string;
  durationSeconds: number;
}

/** What is known of the calls of a PBX since its stream was opened: counts, and nobody's numbers. */
export interface PbxActivity {
  callsToday: number;
  /** ISO instant; null before the first call. */
  lastCallAt: string | null;
  /** Lines that were no record of the declared layout. */
  unreadable: number;
  /** The calls since the last message, when they are to be kept. */
  calls?: readonly PbxCall[];
}

/** One step of a probe, in the words of the person who reads it. */
export interface ProbeStep {
  id: string;
  title: string;
  status: 'ok' | 'warning' | 'error' | 'skipped';
  detail: string;
  nextStep?: string;
  durationMs: number;
}

/** The answer to "does this link work, and what is there?" (ONB-27, ONB-28). */
export interface ProbeReport {
  ok: boolean;
  steps: ProbeStep[];
  version?: string;
  users?: number;
  numbers?: number;
  /** What was learned of the peer, for example the attributes of a directory with examples of nobody's real values. */
  learned?: Record<string, unknown>;
  /** Settings that the adapter would choose by itself from what it sees now, by their name in the connection. */
  proposed?: Record<string, unknown>;
  error?: ErrorText;
}

/**
 * One PBX, reached through its channels. Every method takes a signal, has deadlines of its own and throws only
 * DemarcError; a bad record is yielded as rejected, never thrown.
 */
export interface PbxAdapter {
  readonly type: PbxType;
  capabilities(): Capabilities;
  probe(signal: AbortSignal): Promise<ProbeReport>;
  /** Ends normally only when everything was read: a truncated read throws. */
  users(signal: AbortSignal): AsyncIterable<UserItem>;
  /**
   * The same as `users`, some at a time: an asynchronous step for each of 100,000 people takes longer than reading them.
   * Small enough pages (tens) die young in memory.
   */
  userPages?(signal: AbortSignal): AsyncIterable<readonly UserItem[]>;
  numbers?(signal: AbortSignal): AsyncIterable<DirectoryNumber>;
  /**
   * The number that stands with this person, where `numbers` are these and no others: whoever reads the people then has
   * them too, and need not ask the PBX a second time.
   */
  numberOf?(user: PbxUser): DirectoryNumber | undefined;
  inventory(signal: AbortSignal): Promise<ApplicationReport[]>;
  /** Where trunks can be set on the PBX by Demarc itself; `password` is the trunk's own at its far end, if it has one. */
  trunks?(password: string | undefined): TrunkProvisioner;
  /** Where the link gives it: goes on, over lost connections, until the signal ends it. */
  activity?(signal: AbortSignal): AsyncIterable<PbxActivity>;
}
