/** The uploads put together: what the API, the retention and a stop need of them. */
import { join } from 'node:path';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { DeviceIdentity } from '../enrolment/device-identity.ts';
import type { Store } from '../store/store.ts';
import { deviceUploadRoutes } from './device-upload-routes.ts';
import { pruneUploads } from './room.ts';
import { UploadFiles } from './upload-files.ts';
import { Uploads } from './uploads.ts';

interface UploadParts {
  files: UploadFiles;
  /** What gateways call. */
  deviceRoutes: FastifyPluginAsyncZod;
  /** Removes what has served its time. */
  prune(): Promise<void>;
  stop(): Promise<void>;
}

/** `folder` is the connector's data folder. */
export function uploadParts(options: {
  folder: string;
  store: Store;
  clock: Clock;
  log: Log;
  identity: DeviceIdentity;
}): UploadParts {
  const { folder, store, clock, log, identity } = options;
  const files = new UploadFiles(join(folder, 'uploads'));
  const uploads = new Uploads({ store, clock, log, files });
  return {
    files,
    deviceRoutes: deviceUploadRoutes({ uploads, identity }),
    prune: () => pruneUploads({ store, files }, clock.now()),
    stop: () => uploads.stop(),
  };
}
