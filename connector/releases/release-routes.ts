import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ErrorBody } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Channel, Platform, ReleaseManifest, SignedRelease, Version } from '#contract/update.ts';
import { answers } from '../api/routing.ts';
import type { DeviceIdentity } from '../enrolment/device-identity.ts';
import type { ReleaseFolder } from './release-folder.ts';

const tags = ['Devices'];

const archiveAnswer = {
  200: { description: 'The archive', content: { 'application/gzip': { schema: z.string() } } },
  206: { description: 'The archive from the asked byte on', content: { 'application/gzip': { schema: z.string() } } },
  '4xx': ErrorBody,
};

/** Releases for gateways, which show their certificate: what is newest for them, and archives from any byte on. */
export function releaseRoutes(options: { releases: ReleaseFolder; identity: DeviceIdentity }): FastifyPluginAsyncZod {
  const { releases, identity } = options;
  const admit = async ({ raw }: FastifyRequest): Promise<void> => {
    if (!(raw.socket instanceof TLSSocket)) throw new DemarcError('identity.required');
    await identity.admit(raw.socket);
  };
  return async (app) => {
    app.get(
      '/device/releases/:channel',
      {
        config: { access: 'device' },
        schema: {
          summary: 'The newest release for a platform, or the one of a version, with its signature',
          tags,
          params: z.object({ channel: Channel }),
          querystring: z.object({ platform: Platform, version: Version.optional() }),
          response: answers(SignedRelease),
        },
      },
      async (request) => {
        await admit(request);
        const { platform, version } = request.query;
        const found = await releases.find(request.params.channel, platform, version);
        if (found === undefined) throw new DemarcError('update.none', platform);
        return found;
      },
    );

    app.get(
      '/device/releases/:channel/:file',
      {
        config: { access: 'device' },
        schema: {
          summary: 'The archive of a release; Range is honoured, so that a download goes on where it was cut',
          tags,
          params: z.object({ channel: Channel, file: ReleaseManifest.shape.archive.shape.file }),
          response: archiveAnswer,
        },
      },
      async (request, reply) => {
        await admit(request);
        const archive = await releases.archive(request.params.channel, request.params.file);
        if (archive === undefined) throw new DemarcError('update.none', request.params.file);
        const { bytes } = archive;
        const start = startOf(request.headers.range, bytes);
        if (start > 0) reply.code(206).header('content-range', `bytes ${start}-${bytes - 1}/${bytes}`);
        return sendArchive(reply, bytes - start, archive.read({ start, end: bytes - 1 }));
      },
    );
  };
}

const sendArchive = (reply: FastifyReply, bytes: number, content: Readable): FastifyReply =>
  reply.type('application/gzip').header('accept-ranges', 'bytes').header('content-length', String(bytes)).send(content);

/** The first byte that is wanted. Of ranges only "from here to the end" is known: others get everything (RFC 9110, 14.2). */
function startOf(range: string | undefined, bytes: number): number {
  const start = /^bytes=(\d{1,12})-$/.exec(range ?? '')?.[1];
  return start === undefined || Number(start) >= bytes ? 0 : Number(start);
}
