import type { FastifyPluginAsync, RouteOptions } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Registry } from 'prom-client';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type {
  EnrolmentConfirm,
  EnrolmentConfirmed,
  PendingEnrolment,
  ProvisioningToken,
  ProvisioningTokenCreate,
} from '#contract/api.ts';
import type { HoldDecision } from '#contract/users.ts';
import type { AlertsPort } from '../alerts/alerts.ts';
import type { CommandRow } from '../commands/command-dto.ts';
import type { CommandRequest } from '../commands/commands.ts';
import type { EventActor } from '../history/record-event.ts';
import type { ImportParts } from '../imports/start.ts';
import type { LaunchDesk } from '../launch/launch-desk.ts';
import type { SendInvitation } from '../people/invitation-mail.ts';
import type { Store, Work } from '../store/store.ts';
import type { Trunks } from '../trunks/trunks.ts';
import type { UploadFiles } from '../uploads/upload-files.ts';
import type { UserMails } from '../users/mails.ts';

/** What the API needs of commands. Rights are judged before, arguments by `create` itself. */
export interface CommandsPort {
  /** Throws what is wrong with a command for whatever gateway. */
  check(request: Pick<CommandRequest, 'name' | 'args'>): unknown;
  /** Records a command in the caller's unit of work. @throws DemarcError `command.not-supported`, `command.invalid-arguments` */
  create(work: Work, request: CommandRequest): Promise<CommandRow>;
  /** Sends what was recorded, after the commit; gives the command as it then stands. */
  deliver(row: CommandRow): Promise<CommandRow>;
  deliverAll(rows: readonly CommandRow[]): Promise<CommandRow[]>;
  /** Ends it early, or asks its gateway to. @throws DemarcError `command.final` */
  cancel(id: string, actor: EventActor, requestId?: string): Promise<CommandRow>;
}

/** A person's answer to a Held run, carried out as a command. */
export interface HoldsPort {
  /** @throws DemarcError `sync.unknown-hold` */
  decide(run: string, action: HoldDecision['action'], actor: EventActor, requestId?: string): Promise<CommandRow>;
}

/** What the API needs of enrolment, on the admin's side. */
export interface EnrolmentsPort {
  /** Counts wrong codes by actor. @throws DemarcError `enrolment.unknown-code`, `enrolment.expired`, `enrolment.too-many-tries` */
  pending(code: string, actor: EventActor): Promise<PendingEnrolment>;
  /** @throws DemarcError those of `pending`, `enrolment.owned-elsewhere` */
  confirm(code: string, input: EnrolmentConfirm, actor: EventActor): Promise<EnrolmentConfirmed>;
  createToken(input: ProvisioningTokenCreate, actor: EventActor): Promise<ProvisioningToken>;
  listTokens(account: string): Promise<ProvisioningToken[]>;
  deleteToken(account: string, id: string, actor: EventActor): Promise<void>;
  release(account: string, gateway: string, actor: EventActor, how?: { reset: boolean }): Promise<void>;
  disconnect(gateway: string, reason: string): void;
}

/** What the API needs of trunks; settings are checked before, rights too. */
export type TrunksPort = Pick<Trunks, 'create' | 'replace' | 'remove'>;

/** What the API needs of remote access. */
export type LaunchPort = Pick<LaunchDesk, 'issue' | 'redeem' | 'end'>;

/** Everything that the API is made of. */
export interface AppOptions {
  store: Store;
  clock: Clock;
  log: Log;
  commands: CommandsPort;
  holds: HoldsPort;
  enrolments: EnrolmentsPort;
  alerts: AlertsPort;
  imports: ImportParts;
  userMails: Pick<UserMails, 'queue'>;
  trunks: TrunksPort;
  launches: LaunchPort;
  /** Routes of the gateways, registered under `/api/v1`; each declares `config: { access: 'device' | 'public' }`. */
  deviceRoutes?: FastifyPluginAsync | FastifyPluginAsyncZod;
  /** The files that gateways bring, and the routes by which they do. */
  uploads: { files: UploadFiles; deviceRoutes: FastifyPluginAsyncZod };
  /** Releases for gateways, registered beside `deviceRoutes`. */
  releaseRoutes?: FastifyPluginAsyncZod;
  /** The built console; without it a page says how to build it. */
  consoleFolder?: string;
  metrics?: {
    /** Where the other parts count; what the API counts joins it. */
    registry?: Registry;
    /** Lets others than this machine read `/metrics`, as `Authorization: Bearer <token>`. */
    token?: string;
  };
  /** The address that browsers use; its origin is ours. */
  publicUrl: string;
  /** Mails links for passwords; without it whoever asks for one passes it on. */
  sendInvitation?: SendInvitation | undefined;
  /** Where the accounts' data is kept, as people are told it. */
  cloudLocation?: string;
  /** Called after an account's settings changed, so that its gateways are told. */
  wantChanged?: (account: string) => Promise<void>;
  /** Told of every route as it is registered; the test of rights walks them all. */
  onRoute?: (route: RouteOptions) => void;
  /** Requests a minute from one address, 6,000 when left out. */
  requestsPerMinute?: number;
}
