import { DeviceStanding } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { OwnIdentity } from '../identity/identity-files.ts';
import { type CloudTarget, callCloud, cloudWay } from '../link/cloud-way.ts';

interface Parts {
  target: CloudTarget;
  identity: OwnIdentity;
  now: () => number;
  signal: AbortSignal;
}

/**
 * How the cloud stands to this gateway, asked with whatever certificate there is, also an expired or revoked one. The
 * cloud is trusted as for everything else, so nobody else can make a gateway wipe itself; an answer about another
 * gateway is none.
 * @throws DemarcError those of `connectionError` and of the cloud, `link.malformed`
 */
export async function askStanding({ target, identity, now, signal }: Parts): Promise<DeviceStanding['standing']> {
  const way = await cloudWay(target, identity, signal);
  try {
    const answer = DeviceStanding.safeParse(
      await callCloud(way, { method: 'GET', path: '/api/v1/device/standing', signal }, now),
    );
    if (!answer.success || answer.data.gateway !== identity.gateway) {
      throw new DemarcError('link.malformed', 'the standing of this gateway');
    }
    return answer.data.standing;
  } finally {
    way.close();
  }
}

/** Tells the cloud that this gateway leaves its account. @throws DemarcError as `askStanding` */
export async function sayLeaving({ target, identity, now, signal }: Parts, wiped: boolean): Promise<void> {
  const way = await cloudWay(target, identity, signal);
  try {
    await callCloud(way, { method: 'POST', path: '/api/v1/device/leave', body: { wiped }, signal }, now);
  } finally {
    way.close();
  }
}
