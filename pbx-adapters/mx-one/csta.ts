/** The CSTA service of an MX-ONE, which tells of calls. Nothing that people are made of comes from here. */
import { CstaAccess } from '#pbx-adapters/channels/csta/settings.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import type { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import type { MxOneConnection } from './connection.ts';

/**
 * Where the calls are followed; undefined when that is switched off. Built up, never spread: CSTA is not encrypted and
 * the log-in of the shell must not reach it.
 */
export function cstaPlace({ host, connectMs, activity }: MxOneConnection) {
  if (!activity) return undefined;
  const { port, maxPhones } = activity;
  return { ...CstaAccess.parse({ host, port, connectMs }), maxPhones };
}

/** The step of the probe that looks whether calls can be followed. Users do not need it, so a fault is a warning. */
export async function probeCsta(
  steps: ProbeSteps,
  connection: MxOneConnection,
  options: { signal: AbortSignal; loginGuard: LoginGuard },
): Promise<void> {
  const place = cstaPlace(connection);
  if (!place) return steps.skip('csta', 'Switched off: calls are not counted.');
  await steps.optional('csta', async () => {
    const { CstaSession } = await import('#pbx-adapters/channels/csta/session.ts');
    await using link = await CstaSession.open(place, options);
    let phones = 0;
    for await (const devices of link.devices(options.signal)) phones += devices.length;
    const detail = `Port ${place.port} lists ${phones} phones; at most ${place.maxPhones} are watched.`;
    if (phones > 0) return { value: phones, detail };
    const warning = 'Set the CSTA support of the extensions so that third parties see them (extension --csta-support).';
    return { value: phones, detail, warning };
  });
}
