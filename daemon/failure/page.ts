import type { ErrorText } from '#contract/errors/demarc-error.ts';
import { type FailureTexts, wordsOf } from './texts/texts.ts';

interface FailurePage {
  error: ErrorText;
  version: string;
  hostName: string;
  /** ISO instant. */
  since: string;
  /** What lets somebody have the support bundle; `nothing` where the request may have it as it is. */
  asks: 'secret' | 'password' | 'nothing' | 'loopback';
  /** Why the bundle was refused just now. */
  refused?: ErrorText;
  texts: FailureTexts;
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.25}
.box{border:1px solid #c92a2a;border-left-width:.4rem;border-radius:.25rem;padding:.5rem 1rem;margin:1rem 0;overflow-wrap:anywhere}
label{display:block;margin:.5rem 0 .25rem}
input,button{font:inherit;padding:.4rem .7rem;max-width:100%;box-sizing:border-box}
footer{margin-top:2rem;opacity:.8;font-size:.875rem}`;

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The page in place of all others while the daemon cannot start: without scripts, for any browser. */
export function failurePage({ error, version, hostName, since, asks, refused, texts }: FailurePage): string {
  const refusal =
    refused === undefined ? '' : `<p role="alert"><strong>${escaped(wordsOf(texts, refused).join('. '))}</strong></p>`;
  const [cause, next] = wordsOf(texts, error).map(escaped);
  return `<!doctype html><html lang="${texts.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${texts.title()}</title><style>${STYLE}</style></head><body><main>
<h1>${texts.title(escaped(hostName))}</h1>
<div class="box"><p><strong>${cause}</strong></p><p>${next}</p></div>
<p>${texts.again}</p>
<h2>${texts.bundle}</h2><p>${texts.bundleLead}</p>${refusal}${form(asks, texts)}
</main><footer>${texts.footer(escaped(version), escaped(error.code), escaped(since))}</footer></body></html>`;
}

function form(asks: FailurePage['asks'], texts: FailureTexts): string {
  if (asks === 'loopback') {
    const [before, after] = texts.loopback;
    return `<p>${before} <code>curl -kOJ -X POST https://localhost:9443/failure/bundle</code> ${after}</p>`;
  }
  const field =
    asks === 'nothing'
      ? ''
      : `<label for="key">${texts[asks]}</label><input id="key" name="${asks}" type="password" required autocomplete="off">`;
  return `<form method="post" action="/failure/bundle">${field} <button type="submit">${texts.download}</button></form>`;
}
