import type { ErrorText } from '#contract/errors/demarc-error.ts';

interface FailurePage {
  error: ErrorText;
  version: string;
  hostName: string;
  /** ISO instant. */
  since: string;
  /** What lets somebody have the support bundle; `nothing` where the request may have it as it is. */
  asks: 'secret' | 'password' | 'nothing' | 'loopback';
  /** Why the bundle was refused just now. */
  refused?: string;
}

/** Instead of the next step of the catalogue, where that is written for a daemon that runs. */
const ADVICE: Readonly<Record<string, string>> = {
  'config.invalid':
    'Both copies of the settings are damaged. Put the file back from a backup. Without one, remove it and the copy beside it (its name with .good): the gateway then starts with empty settings, keeps its identity in the cloud, and is set up again here.',
  'config.unreadable': 'Look at the disk of this machine: a file that was there cannot be read.',
  'config.unwritable': 'Free some space on the disk, or give the service the right to its folder.',
  'store.full': 'Free some space on the disk of this machine; nothing that was accepted is lost.',
};

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem;line-height:1.25}
.box{border:1px solid #c92a2a;border-left-width:.4rem;border-radius:.25rem;padding:.5rem 1rem;margin:1rem 0;overflow-wrap:anywhere}
label{display:block;margin:.5rem 0 .25rem}
input,button{font:inherit;padding:.4rem .7rem;max-width:100%;box-sizing:border-box}
footer{margin-top:2rem;opacity:.8;font-size:.875rem}`;

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The page in place of all others while the daemon cannot start: without scripts, for any browser. */
export function failurePage({ error, version, hostName, since, asks, refused }: FailurePage): string {
  const refusal = refused === undefined ? '' : `<p role="alert"><strong>${escaped(refused)}</strong></p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>The gateway cannot start</title><style>${STYLE}</style></head><body><main>
<h1>The gateway ${escaped(hostName)} cannot start</h1>
<div class="box"><p><strong>${escaped(error.message)}</strong></p><p>${escaped(ADVICE[error.code] ?? error.nextStep)}</p></div>
<p>It tries again by itself, about every minute. Telephones and the telephone system are not affected. Reload this page to see how it stands.</p>
<h2>Support bundle</h2><p>Logs and facts about this machine, without passwords, for whoever helps you.</p>${refusal}${form(asks)}
</main><footer>Demarc ${escaped(version)}, code ${escaped(error.code)}, since ${escaped(since)}</footer></body></html>`;
}

function form(asks: FailurePage['asks']): string {
  if (asks === 'loopback') {
    return '<p>No password can be checked now, so the bundle is given on the gateway itself only: <code>curl -kOJ -X POST https://localhost:9443/failure/bundle</code> with the port of these pages.</p>';
  }
  const label = asks === 'secret' ? 'Set-up secret' : 'Password';
  const field =
    asks === 'nothing'
      ? ''
      : `<label for="key">${label}</label><input id="key" name="${asks}" type="password" required autocomplete="off">`;
  return `<form method="post" action="/failure/bundle">${field} <button type="submit">Download</button></form>`;
}
