import { join, resolve } from 'node:path';
import { replaceFile } from '#config/atomic-file.ts';
import type { CloudConfig } from '#config/daemon-settings.ts';
import type { EnrolmentStart } from './api/routes/gateway-routes.ts';
import { proxyUrl } from './link/addresses.ts';
import { type CloudTarget, cloudWay } from './link/cloud-way.ts';
import type { CheckedCloud } from './self-test/check.ts';

interface Secrets {
  seal(text: string): string;
  open(sealed: string): string;
}

/** The cloud as the configuration has it, with the proxy's password opened. @throws DemarcError `secret.unreadable` */
export function cloudTarget(cloud: CloudConfig | undefined, secrets: Secrets): CloudTarget | undefined {
  if (!cloud) return undefined;
  const { proxy, ...others } = cloud;
  if (!proxy) return others;
  const password = proxy.password === undefined ? undefined : secrets.open(proxy.password);
  return { ...others, proxy: { ...proxy, password } };
}

/** The cloud as the wizard or the command line gave it, for the configuration. @throws DemarcError `config.unwritable` */
export async function cloudConfig(
  given: NonNullable<EnrolmentStart['cloud']>,
  stateFolder: string,
  secrets: Secrets,
): Promise<CloudConfig> {
  const { ca, caFile, fingerprint, proxy } = given;
  const config: CloudConfig = { url: given.url };
  if (fingerprint !== undefined) config.fingerprint = fingerprint;
  if (caFile !== undefined) config.caFile = resolve(caFile);
  if (ca !== undefined) {
    config.caFile = join(resolve(stateFolder), 'cloud-ca.pem');
    await replaceFile(config.caFile, ca, 0o644);
  }
  if (proxy) {
    const { password, ...others } = proxy;
    config.proxy = { ...others, ...(password === undefined ? {} : { password: secrets.seal(password) }) };
  }
  return config;
}

/** The cloud as the self-test looks at it: the same trust as the link's. */
export function checkedCloud(target: CloudTarget | undefined): CheckedCloud | undefined {
  if (!target) return undefined;
  return {
    url: new URL(target.url),
    proxy: target.proxy && proxyUrl(target.proxy),
    trust: async (signal) => {
      const way = await cloudWay(target, undefined, signal);
      way.close();
      const { ca, checkServerIdentity, allowPartialTrustChain } = way.tls;
      return {
        ...(ca === undefined ? {} : { ca }),
        ...(checkServerIdentity === undefined ? {} : { checkServerIdentity }),
        ...(allowPartialTrustChain === undefined ? {} : { allowPartialTrustChain }),
      };
    },
  };
}
