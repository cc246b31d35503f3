/** The relay's own pages: plain, without a script of anybody else, for people whose session is not as they expect. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DemarcError } from '#contract/errors/demarc-error.ts';

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;place-items:center}
main{max-width:34rem;padding:1.5rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:.5rem 0}small{opacity:.7}`;

const page = (title: string, body: string, nonce: string, script = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style nonce="${nonce}">${STYLE}</style></head><body><main>${body}</main>${
    script === '' ? '' : `<script nonce="${nonce}">${script}</script>`
  }</body></html>`;

function send(
  response: ServerResponse,
  status: number,
  html: string,
  nonce: string,
  more: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    ...more,
  });
  response.end(html);
}

/** Whether a person will look at the answer, or a script. */
const forPeople = ({ headers }: IncomingMessage): boolean => {
  const dest = headers['sec-fetch-dest'];
  if (dest !== undefined) return dest === 'document' || dest === 'iframe' || dest === 'frame';
  return (headers.accept ?? '').includes('text/html');
};

/** Says what went wrong and what to do; never when an answer has begun. */
export function sendError(request: IncomingMessage, response: ServerResponse, error: DemarcError): void {
  const close = error.code === 'launch.bad-request' ? { connection: 'close' } : {};
  const known = { 'demarc-error': error.code, ...close };
  if (!forPeople(request)) {
    const json = JSON.stringify(error.toText());
    response.writeHead(error.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(json),
      'cache-control': 'no-store',
      ...known,
    });
    response.end(json);
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  const body = `<h1>${escaped(error.message)}</h1><p>${escaped(error.nextStep)}</p><p><small>${escaped(error.code)}</small></p>`;
  send(response, error.status, page('Remote access', body, nonce), nonce, known);
}

/** Where the page goes on, told by the answer to the ticket. */
export const START_HEADER = 'demarc-start';

const ENTER = `const ticket=location.hash.slice(1);history.replaceState(null,'',location.pathname);
const say=(t)=>{document.querySelector('h1').textContent=t};
fetch('/.demarc/enter',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({ticket})})
.then(async(r)=>{if(r.ok)return location.replace(r.headers.get('${START_HEADER}')??'/');const e=await r.json();say(e.message);document.querySelector('p').textContent=e.nextStep})
.catch(()=>say('The relay cannot be reached'));`;

/** The session's own first page: it hands the ticket, which stands behind the #, to its own origin. Looking at it costs nothing. */
export function sendEnterPage(response: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64');
  send(response, 200, page('Remote access', '<h1>Connecting</h1><p>One moment.</p>', nonce, ENTER), nonce);
}
