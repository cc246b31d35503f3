import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import type { Clock } from '#config/clock.ts';
import { CommandState, commands, isFinal } from '#contract/commands.ts';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { sections } from '#contract/sections.ts';
import type { LaunchCreate, LaunchIssued, LaunchRedeemed, TunnelRow } from '#contract/tunnels.ts';
import { Reason } from '#contract/users.ts';
import { LAUNCH_LIMITS, type LaunchView } from '#tunnel/relay/launch.ts';
import type { Relay } from '#tunnel/relay/relay.ts';
import { actorOf } from '../access/actors.ts';
import type { ApiTokens } from '../access/api-tokens.ts';
import { may } from '../access/may.ts';
import type { Commands } from '../commands/commands.ts';
import type { EventActor } from '../history/record-event.ts';
import { optionalJson } from '../lists/stored-json.ts';
import type { Store } from '../store/store.ts';
import { launchDto, launchRow } from './launch-log.ts';

interface DeskOptions {
  store: Store;
  clock: Clock;
  commands: Pick<Commands, 'issue'>;
  relay: Relay;
  /** Where people reach the console, and the sessions' host names below it. */
  publicUrl: string;
  domain: string;
  isConnected: (gateway: string) => boolean;
}

/** How long a gateway may take to let a session in, in milliseconds. */
const OPEN_MS = 30_000;
const LOOK_MS = 100;
/** The gateway's own end of the session is a little later than the relay's, so that the relay tells why. */
const GRACE_MS = 60_000;

/** Issues launches: asks the gateway to let the session in, then gives its person a link. */
export class LaunchDesk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /**
   * A launch by a person whose right was judged before.
   * @throws DemarcError `tunnel.*`, `launch.too-many`, `command.*`
   */
  async issue(request: {
    account: string;
    input: LaunchCreate;
    person: { id: string; name: string };
    requestId: string;
  }): Promise<LaunchIssued> {
    const { account, input, person, requestId } = request;
    const { relay, clock, commands: issuer, isConnected, publicUrl } = this.#options;
    const row = await this.#tunnel(account, input);
    if (!isConnected(input.gateway)) throw new DemarcError('tunnel.not-connected', 'the gateway is offline');
    const session = ulid(clock.now());
    const actor: EventActor = { ...person, kind: 'person' };
    const command = await issuer.issue({
      account,
      gateway: input.gateway,
      name: 'tunnel.open',
      args: {
        tunnel: row.id,
        session,
        who: person.name,
        reason: input.reason,
        until: new Date(clock.now() + LAUNCH_LIMITS.absoluteMs + GRACE_MS).toISOString(),
      },
      actor,
      deadlineMs: OPEN_MS,
      requestId,
    });
    const { scheme, authority, path } = await this.#opened(command.id);
    const target = {
      account,
      gateway: input.gateway,
      service: row.id,
      name: `${row.component}, ${row.tunnel}`,
      scheme,
      authority,
      ...(path === undefined ? {} : { path }),
    };
    const made = relay.launches.create({ id: session, person, reason: input.reason, target });
    return {
      launch: launchDto(launchRow(made.launch)),
      url: `${publicUrl}/launch#${made.token}`,
      redeemUntil: made.redeemUntil,
    };
  }

  /** @throws DemarcError `launch.link` */
  redeem(token: string, person: string): LaunchRedeemed {
    const { relay, publicUrl, domain } = this.#options;
    const { launch, ticket } = relay.launches.redeem(token, person);
    const { port } = new URL(publicUrl);
    const host = `${launch.label}.${domain}${port === '' ? '' : `:${port}`}`;
    return { url: `https://${host}/.demarc/enter#${ticket}`, host, ticket, scheme: launch.target.scheme };
  }

  /** Ends a session; false when it has ended already. */
  end(id: string, by: { id: string; name: string }): boolean {
    const { launches } = this.#options.relay;
    const own = launches.get(id)?.person.id === by.id;
    return launches.end(id, own ? 'by-person' : 'by-admin', by.name);
  }

  /** The row as the gateway last told it. @throws DemarcError `tunnel.unknown-service`, `tunnel.off`, `tunnel.stopped` */
  async #tunnel(account: string, { gateway, tunnel }: LaunchCreate): Promise<TunnelRow> {
    const found = await this.#options.store.db
      .selectFrom('section')
      .select('document')
      .where('account_id', '=', account)
      .where('gateway_id', '=', gateway)
      .where('section', '=', 'tunnels')
      .executeTakeFirst();
    const document = optionalJson(sections.tunnels, found?.document ?? null);
    const row = document?.tunnels.find(({ id }) => id === tunnel);
    if (document === null || row === undefined) throw new DemarcError('tunnel.unknown-service');
    if (document.off) throw new DemarcError('tunnel.off');
    if (row.status !== 'started') throw new DemarcError('tunnel.stopped');
    return row;
  }

  async #opened(id: string) {
    const { store, clock } = this.#options;
    const until = clock.now() + OPEN_MS;
    while (clock.now() < until) {
      const row = await store.db.selectFrom('command').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      const state = CommandState.parse(row.state);
      if (state === 'succeeded') return commands['tunnel.open'].output.parse(JSON.parse(row.output ?? '{}'));
      if (isFinal(state)) throw refusal(row.reason);
      await sleep(LOOK_MS);
    }
    throw new DemarcError('tunnel.not-connected', 'the gateway did not answer in time');
  }
}

/** The gateway's own words about why it did not let the session in. */
function refusal(reason: string | null): DemarcError {
  const parsed = optionalJson(Reason, reason);
  if (parsed === null || !Object.hasOwn(catalogue, parsed.code)) return new DemarcError('tunnel.not-connected');
  return new DemarcError(parsed.code as ErrorCode);
}

/** Whether the person of a session, or the token, may launch in its account now. */
export async function mayStillLaunch(
  { store, tokens }: { store: Store; tokens: Pick<ApiTokens, 'actor'> },
  { person, target }: LaunchView,
): Promise<boolean> {
  const actor = (await actorOf(store.db, person.id)) ?? (await tokens.actor(person.id));
  const gateway = await store.db
    .selectFrom('gateway')
    .innerJoin('account', 'account.id', 'gateway.account_id')
    .select(['account.partner_id', 'account.status', 'gateway.released_at'])
    .where('gateway.id', '=', target.gateway)
    .where('gateway.account_id', '=', target.account)
    .executeTakeFirst();
  if (actor === undefined || gateway === undefined || gateway.released_at !== null) return false;
  if (gateway.status === 'Deactivated') return false;
  return may(actor, 'support:launch', { partner: gateway.partner_id, account: target.account });
}
