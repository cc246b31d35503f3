/** One `mdsh -c` of the simulated MX-ONE: what it prints, and how it ends. */
import { print } from './prints.ts';
import type { MxOneSite } from './site.ts';
import { runTrunkCommand } from './trunks.ts';

/** What to write next; `hang` means never, `exit` ends with the status. */
export type Step = { text: string } | { hang: true } | { exit: number };

/** Lines that are written at once. */
const TOGETHER = 200;

/** Whether a rule is about this command: it names its first word, or how it begins. */
export const isAbout = (rule: { command: string } | undefined, command: string): boolean =>
  rule !== undefined &&
  (rule.command === command.split(/[ :]/)[0] || (/[ :]/.test(rule.command) && command.startsWith(rule.command)));

export function* runMdsh(command: string, site: MxOneSite): Generator<Step> {
  const nasty = site.nasty ?? {};
  const name = command.split(' ')[0];
  const { refuse, hang } = nasty;
  if (refuse && isAbout(refuse, command)) {
    yield { text: `NOT ACCEPTED\n${refuse.object}\n${refuse.reason}\n` };
    yield { exit: 0 };
    return;
  }
  const lines = print(command, site) ?? runTrunkCommand(command, site);
  if (!lines) {
    yield { text: `${name}: unknown command\n` };
    yield { exit: 1 };
    return;
  }
  const crash = isAbout(nasty.crash, command) ? nasty.crash : undefined;
  const limit = hang && isAbout(hang, command) ? hang.afterLines : crash?.afterLines;
  let [text, count] = ['', 0];
  for (const line of lines) {
    if (count === limit) break;
    count += 1;
    text += `${line}\n`;
    if (count % TOGETHER > 0) continue;
    yield { text };
    text = '';
  }
  if (nasty.end && limit === undefined) text += 'END\n';
  yield { text };
  if (crash) yield { exit: crash.status };
  else if (limit === undefined) yield { exit: 0 };
  else yield { hang: true };
}
