import { rm } from 'node:fs/promises';
import { LogRequest } from '#contract/commands.ts';
import type { LocalBundle } from '../../bundle/start.ts';
import { FileReply, type Route, route } from '../route.ts';

/** The support bundle for somebody on site: the same as the cloud gets. */
export function bundleRoutes(make: LocalBundle): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/bundle',
      body: LogRequest.prefault({}),
      handle: async ({ body, signal }) => {
        const { file, fileName, bytes, sha256, missing } = await make(body, signal);
        return new FileReply({
          path: file,
          headers: {
            'content-type': 'application/gzip',
            'content-length': String(bytes),
            'content-disposition': `attachment; filename="${fileName}"`,
            'bundle-sha256': sha256,
            // A header holds no other signs than ASCII.
            'bundle-missing': encodeURIComponent(JSON.stringify(missing)),
          },
          done: () => rm(file, { force: true }),
        });
      },
    }),
  ];
}
