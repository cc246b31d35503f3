import { DemarcError } from '#contract/errors/demarc-error.ts';
import { ResetAnswer } from '#daemon/reset/routes.ts';
import type { LocalApi } from './client.ts';
import type { Output } from './output.ts';

const WORD = 'revert';
/** The cloud is told first, which may take its time. */
const HINT = 'The cloud is told first; then the daemon starts anew. See demarc status.';

/** `demarc reset`: back to factory default after the typed word (ONB-42); 1 when the word was not given. */
export async function reset(api: LocalApi, out: Output, { confirm }: { confirm?: string }): Promise<number> {
  const typed = confirm ?? (await askWord(out));
  if (typed !== WORD) {
    out.writeError(`Nothing was changed: the word is "${WORD}" (demarc reset --confirm ${WORD}).\n`);
    return 1;
  }
  const answer = await api.call(ResetAnswer, { method: 'POST', path: '/api/reset', body: { confirm: WORD } });
  if (out.json) out.write(`${JSON.stringify(answer)}\n`);
  else out.write(`This gateway goes back to factory default: settings, passwords, identity and logs go.\n${HINT}\n`);
  return 0;
}

/** `demarc release`: lets the account go and keeps the PBXs. */
export async function release(api: LocalApi, out: Output): Promise<number> {
  const answer = await api.call(ResetAnswer, { method: 'POST', path: '/api/release', body: {} });
  if (out.json) out.write(`${JSON.stringify(answer)}\n`);
  else out.write(`This gateway leaves its account; its PBXs stay configured.\n${HINT}\n`);
  return 0;
}

/** @throws DemarcError `api.invalid` where nobody can be asked */
async function askWord(out: Output): Promise<string> {
  if (!out.interactive || out.json) throw new DemarcError('api.invalid', `--confirm ${WORD} is missing`);
  const { isCancel, text } = await import('@clack/prompts');
  const typed = await text({
    message: `Revert to factory default? Settings, passwords, identity and logs of this gateway go. Type ${WORD} to confirm`,
  });
  return isCancel(typed) ? '' : typed;
}
