import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ErrorBody } from '#contract/api.ts';
import { catalogue, type ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import { TooManyRequests } from '../access/too-many-requests.ts';
import { InvalidField } from '../lists/invalid-field.ts';

/** What the framework itself refuses, by its status. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'api.not-found',
  413: 'api.too-large',
  415: 'api.media-type',
  429: 'api.too-many-requests',
};

function translate(thrown: unknown): DemarcError {
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const [first] = thrown.validation;
    const field = first?.instancePath.split('/').filter(Boolean).join('.');
    return new InvalidField(field || (thrown.validationContext ?? 'body'), first?.message ?? 'not as expected');
  }
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 0;
  if (!(thrown instanceof DemarcError) && status >= 400 && status < 500) {
    return new DemarcError(BY_STATUS[status] ?? 'api.invalid', undefined, { cause: thrown });
  }
  return toDemarcError(thrown);
}

/** What the client gets. Of an error that we did not foresee it learns the request id alone. */
function bodyOf(error: DemarcError, requestId: string): ErrorBody {
  const { cause } = catalogue[error.code];
  return {
    code: error.code,
    message: error.status >= 500 ? cause : error.message,
    nextStep: error.nextStep,
    ...(error instanceof InvalidField && { field: error.field }),
    requestId,
  };
}

/** The one way in which the API answers errors (contract ErrorBody), also those of addresses that reach no route. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = translate(thrown);
  if (error.status >= 500) request.log.error({ code: error.code, err: thrown }, 'a request could not be answered');
  if (error instanceof TooManyRequests) reply.header('retry-after', String(error.retryAfterSeconds));
  return reply
    .code(error.status)
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(bodyOf(error, request.id));
}
