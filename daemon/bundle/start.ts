/** The bundle put together over the daemon's parts: its command for the cloud, and the same bundle for the command line. */
import type { ConfigFile } from '#config/daemon-settings.ts';
import type { LogRequest } from '#contract/commands.ts';
import type { CommandHandlers } from '../commands/handler.ts';
import type { GatewayIdentity } from '../identity/gateway-identity.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { BUNDLE_LIMITS, bundleFolder, type CollectLogsParts, collectLogs } from './collect-logs.ts';
import type { Bundle } from './make-bundle.ts';
import type { BundleSources } from './sources.ts';

interface BundleParts
  extends Omit<BundleSources, 'config' | 'identity' | 'secrets'>,
    Pick<CollectLogsParts, 'target' | 'clock' | 'random' | 'log'> {
  config: Pick<ConfigFile, 'current'>;
  identity: Pick<GatewayIdentity, 'current' | 'forLink'>;
  secretBox: Pick<SecretBox, 'open'>;
  newId: () => string;
}

/** Makes a bundle for somebody on this machine; the caller removes the file. */
export type LocalBundle = (request: LogRequest, signal: AbortSignal) => Promise<Bundle>;

/** Nothing heavy is loaded before the first bundle. */
export function bundles(parts: BundleParts): { handlers: CommandHandlers; local: LocalBundle } {
  const { config, identity, secretBox, newId, target, clock, random, log, ...others } = parts;
  const sources: BundleSources = {
    ...others,
    config: () => config.current,
    identity: () => {
      const own = identity.current();
      if (own === undefined) return undefined;
      const { key: _, ...facts } = own;
      return facts;
    },
    secrets: async () => {
      const { currentSecrets } = await import('./current-secrets.ts');
      const open = (sealed: string) => secretBox.open(sealed);
      return currentSecrets({ stateFolder: others.stateFolder, documents: [config.current], open, log });
    },
  };
  const certificate = () => identity.forLink();
  return {
    handlers: { 'gateway.collect-logs': collectLogs({ sources, target, certificate, clock, random, log }) },
    local: async (request, signal) => {
      const { makeBundle } = await import('./make-bundle.ts');
      return makeBundle({
        sources,
        request,
        folder: bundleFolder(others.stateFolder),
        name: `local-${newId()}`,
        limits: BUNDLE_LIMITS,
        clock,
        log,
        signal,
        progress: () => undefined,
      });
    },
  };
}
