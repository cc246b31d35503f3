import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ErrorBody } from '#contract/api.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { Id } from '#contract/ids.ts';
import { UPLOAD_ERROR_HEADER, UPLOAD_PART_TYPE, UploadPart, type UploadState } from '#contract/uploads.ts';
import type { DeviceIdentity } from '../enrolment/device-identity.ts';
import { type UploadProgress, type Uploads, WrongOffset } from './uploads.ts';

export interface DeviceUploadRoutesOptions {
  uploads: Pick<Uploads, 'progress' | 'take'>;
  identity: DeviceIdentity;
}

const tags = ['Devices'];
const ByCommand = z.object({ command: Id });
const answers = { 204: z.null().describe('See the headers Upload-Offset and Upload-Complete'), '4xx': ErrorBody };

/** How gateways bring files, relative to `/api/v1`; see contract/uploads.ts. The client certificate says whose they are. */
export function deviceUploadRoutes({ uploads, identity }: DeviceUploadRoutesOptions): FastifyPluginAsyncZod {
  const admit = async ({ raw }: FastifyRequest) => {
    if (!(raw.socket instanceof TLSSocket)) throw new DemarcError('identity.required');
    return identity.admit(raw.socket);
  };
  return async (app) => {
    // Handed on as it comes: a part may be larger than any body that is kept in memory.
    app.addContentTypeParser(UPLOAD_PART_TYPE, (_request, payload, done) => done(null, payload));

    app.head(
      '/device/uploads/:command',
      {
        config: { access: 'device' },
        schema: { summary: 'How much of a command’s file is on disk', tags, params: ByCommand, response: answers },
      },
      async (request, reply) => {
        const progress = await admit(request)
          .then((address) => uploads.progress(address, request.params.command))
          .catch((error: unknown) => refuse(reply, error));
        return reply.code(204).headers(headersOf(progress)).send(null);
      },
    );

    app.patch(
      '/device/uploads/:command',
      {
        config: { access: 'device' },
        schema: {
          summary: 'Append a part to a command’s file',
          tags,
          params: ByCommand,
          headers: UploadPart,
          consumes: [UPLOAD_PART_TYPE],
          response: answers,
        },
      },
      async (request, reply) => {
        const { command } = request.params;
        const progress = await admit(request)
          .then((address) => uploads.take(address, command, request.headers, request.body as Readable))
          .catch((error: unknown) => refuse(reply, error));
        return reply.code(204).headers(headersOf(progress)).send(null);
      },
    );
  };
}

function refuse(reply: FastifyReply, error: unknown): never {
  void reply.header(UPLOAD_ERROR_HEADER, toDemarcError(error).code);
  if (error instanceof WrongOffset) void reply.headers(headersOf(error.progress));
  // The rest of a part that was not read would be taken for the next request.
  void reply.header('connection', 'close');
  throw error;
}

const headersOf = ({ offset, complete, sha256 }: UploadProgress): Partial<Record<keyof UploadState, string>> => ({
  'upload-offset': String(offset),
  'upload-complete': complete ? '?1' : '?0',
  ...(sha256 === undefined ? {} : { 'upload-sha256': sha256 }),
});
