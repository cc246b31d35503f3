import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Readable } from 'node:stream';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { UPLOAD_ERROR_HEADER, UPLOAD_PART_TYPE } from '#contract/uploads.ts';
import { type CloudWay, requestOptions } from '../link/cloud-way.ts';
import { connectionError, refusal } from '../link/connection-errors.ts';

/** The headers of an answer that tells how far the upload is. */
export type PartAnswer = IncomingHttpHeaders;

interface PartCall {
  path: string;
  signal: AbortSignal;
  /** How long nothing may move, in milliseconds. */
  stallMs: number;
  now: () => number;
  /** What is appended; without it the cloud is only asked how far it is. */
  part?: { body: Readable; size: number; headers: Record<string, string> };
}

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * One HEAD or PATCH of an upload. A refusal that tells the right offset is an answer like any other.
 * @throws DemarcError the cloud's own code when it gave one (a RefusedError), `bundle.unwritable` when the file cannot be
 * read, else those of `connectionError`
 */
export function exchangePart(way: CloudWay, call: PartCall): Promise<PartAnswer> {
  const { part, signal, stallMs } = call;
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      part?.body.destroy();
      reject(connectionError(error, way.circumstances()));
    };
    const headers =
      part === undefined
        ? {}
        : { ...part.headers, 'content-type': UPLOAD_PART_TYPE, 'content-length': String(part.size) };
    const method = part === undefined ? 'HEAD' : 'PATCH';
    const asked = request({ ...requestOptions(way, method, call.path, signal), headers }, (answer) => {
      part?.body.destroy();
      readBody(answer).then((body) => {
        const status = answer.statusCode ?? 0;
        const { proxy, proxyStatus } = way.circumstances();
        if (proxy !== undefined && proxyStatus !== 200) return fail(new Error(`HTTP ${status}`));
        const tells = answer.headers['upload-offset'] !== undefined;
        if ((status >= 200 && status <= 299) || (status === 409 && tells)) return resolve(answer.headers);
        return reject(refusal(status, answer.headers['retry-after'], body || codeInHeader(answer), call.now()));
      }, fail);
    });
    asked.once('error', fail);
    asked.setTimeout(stallMs, () => asked.destroy(new Error('nothing moved for too long')));
    if (part === undefined) {
      asked.end();
      return;
    }
    part.body.once('error', (error) => {
      const lost = new DemarcError('bundle.unwritable', 'the collected file cannot be read', { cause: error });
      asked.destroy(lost);
    });
    part.body.pipe(asked);
  });
}

/** The answer to a HEAD has no body; what a proxy answers has no such header. */
const codeInHeader = ({ headers }: IncomingMessage): string => JSON.stringify({ code: headers[UPLOAD_ERROR_HEADER] });

async function readBody(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer as AsyncIterable<string>) text = (text + chunk).slice(0, MAX_ANSWER_BYTES);
  return text;
}
