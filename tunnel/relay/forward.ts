/** One request of a browser, passed to the system and its answer passed back; nothing is gathered on the way. */
import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { ActiveLaunch } from './launches.ts';
import { type Faces, hasBody, recordedPath, upstreamHeaders } from './request-rules.ts';
import { browserHeaders } from './response-rules.ts';
import type { UpstreamAgent } from './upstream-agent.ts';

export const MAX_HEADER_BYTES = 64 * 1024;

export interface Forwarding {
  launch: ActiveLaunch;
  faces: Faces;
  agent: UpstreamAgent;
  /** How long the system may take to begin its answer, in milliseconds. */
  answerMs: number;
}

/**
 * Resolves when the exchange is over, whoever ended it.
 * @throws DemarcError when the system gave no answer and nothing was sent to the browser yet
 */
export async function forward(request: IncomingMessage, response: ServerResponse, way: Forwarding): Promise<void> {
  const { launch } = way;
  let down = 0;
  const counted = (bytes: number) => {
    down += bytes;
    launch.moved(0, bytes);
  };
  request.on('data', (chunk: Buffer) => launch.moved(chunk.length, 0));
  request.pause();
  try {
    await exchange(request, response, way, counted);
  } finally {
    const status = response.headersSent ? response.statusCode : 0;
    launch.request({ method: request.method ?? '', path: recordedPath(request.url ?? ''), status, bytes: down });
  }
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  way: Forwarding,
  counted: (bytes: number) => void,
): Promise<void> {
  const again = (request.method === 'GET' || request.method === 'HEAD') && !hasBody(request);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await once(request, response, way, counted);
      return;
    } catch (thrown) {
      // A kept connection may end in the very moment in which it is used again.
      const stale = thrown instanceof StaleConnection;
      if (stale && again && attempt < 3 && !response.headersSent) continue;
      throw stale ? brokenError(thrown.cause) : thrown;
    }
  }
}

class StaleConnection extends Error {}

const brokenError = (error: unknown): DemarcError => {
  if (error instanceof DemarcError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new DemarcError('tunnel.upstream-broken', code, { cause: error });
};

function once(
  request: IncomingMessage,
  response: ServerResponse,
  { launch, faces, agent, answerMs }: Forwarding,
  counted: (bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: upstreamHeaders(request, faces),
      agent,
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    let timer: NodeJS.Timeout | undefined;
    const settle = (error?: unknown) => {
      clearTimeout(timer);
      forget();
      response.off('close', left);
      if (error === undefined) resolve();
      else reject(error);
    };
    const giveUp = (error?: DemarcError) => {
      settle(error);
      request.unpipe(sent);
      breakOff(sent, agent);
    };
    const left = () => giveUp();
    const forget = launch.onEnd(() => {
      if (response.headersSent) response.destroy();
      giveUp(new DemarcError('launch.ended'));
    });
    response.once('close', left);
    sent.once('finish', () => {
      timer = setTimeout(() => giveUp(new DemarcError('tunnel.upstream-timeout', 'no answer')), answerMs).unref();
    });
    sent.on('error', (error) => {
      if (response.headersSent) response.destroy();
      settle(sent.reusedSocket ? new StaleConnection('', { cause: error }) : brokenError(error));
    });
    sent.once('response', (answer) => {
      clearTimeout(timer);
      answer.on('error', () => response.destroy());
      answer.once('aborted', () => response.destroy());
      answer.on('data', (chunk: Buffer) => counted(chunk.length));
      answer.pause();
      try {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, browserHeaders(answer.rawHeaders, faces));
      } catch (error) {
        giveUp(toDemarcError(error));
        return;
      }
      response.off('close', left);
      response.once('close', () => {
        forget();
        if (!answer.complete) breakOff(sent, agent);
        // An answer may come before the end of an upload; the rest is read to nowhere, for the next request.
        request.unpipe(sent);
        request.resume();
        resolve();
      });
      answer.pipe(response);
    });
    if (hasBody(request)) request.pipe(sent);
    else sent.end();
  });
}

/** Gives a request up without resetting the stream; a request that has none yet is only forgotten. */
function breakOff(sent: ClientRequest, agent: UpstreamAgent): void {
  const stream = agent.streamOf(sent.socket);
  // What still comes in is nobody's; the error of the cut is expected.
  sent.on('error', () => undefined);
  if (stream === undefined) sent.destroy();
  else stream.breakOff();
}
