/** What a secret looks like in a line of text, whoever wrote it. Each rule names the kind under which finds are counted. */
import { CENSORED } from '#config/redaction.ts';
import { CLAIM_CODE_ALPHABET } from '#contract/ids.ts';

export type SecretKind =
  | 'known value'
  | 'field'
  | 'sealed secret'
  | 'private key'
  | 'authorization'
  | 'password in an address'
  | 'claim code'
  | 'token';

/** Notes one secret that was removed, and stands in for it. */
export type Censor = (kind: SecretKind) => string;

export interface RedactionRule {
  /** Cheap look whether the rule is worth trying: most lines hold no secret. */
  hint: RegExp;
  apply(line: string, censor: Censor): string;
}

const NAMES = String.raw`pass(?:word|wd|phrase)|secret|token|api[-_]?key|private[-_]?key|credential|authorization|cookie|community`;
/** As it stands in JSON, in JSON within a JSON text, quoted, or bare. */
const VALUE = String.raw`(\\+"(?:(?!\\+").)*(?:\\+"|$)|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"',;&)}\]\\]+)`;
const FIELD = new RegExp(String.raw`([\w.-]*(?:${NAMES})[\w-]*\\*["']?\s*(?:=>|[=:])\s*)${VALUE}`, 'gi');
const OPTION = new RegExp(String.raw`(--?[\w-]*(?:${NAMES})[\w-]*\s+|\bcommunity\s+)([^\s"'-][^\s"']*)`, 'gi');
/** The rest of such a header is secret, up to the end of the text that it stands in. */
const HEADER = /(\b(?:proxy-)?authorization|\b(?:set-)?cookie)(\\*["']?\s*[:=]\s*\\*["']?)([^"\r\n\\]+)/gi;
const SCHEME = /\b(bearer|negotiate|ntlm|digest)\s+([\w.~+/=-]{8,})/gi;
const BASIC = /\b(basic)\s+([A-Za-z0-9+/]{4,}={0,2})/gi;
const DIGEST = /\b(c?nonce|response|[hH][aA]1)(=\\*["']?)([0-9a-f]{16,})/gi;
const URL_LOGIN = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s/:@"']*):([^\s/"'@]+(?:@(?=[^\s/"']*@)[^\s/"'@]*)*)@/gi;
const SEALED = /\bv1\.[A-Za-z0-9_-]{30,}/g;
const JWT = /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** 256 random bits in base64url, as all our tokens are; a key's fingerprint looks alike and is none. */
const TOKEN = /(?<![\w+/=-]|SHA256:)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[A-Za-z0-9_-]{43}(?![\w+/=-])/g;
const CODE = String.raw`[${CLAIM_CODE_ALPHABET}]{4}`;
const CLAIM = new RegExp(
  String.raw`(?<![\w-])${CODE}-${CODE}(?![\w-])|(?<=code\\*["']?\s*[=:]\s*\\*["']?)${CODE}-?${CODE}(?!\w)`,
  'g',
);

/** A value without what quotes it; already censored, or a word that says that there is none. */
const EMPTY = /^(?:|\[redacted\]?|null|true|false|undefined|\[?object.*)$/i;
const bare = (value: string): string => value.replace(/^\\*["']/, '').replace(/\\*["']$/, '');

/** Keeps the quotes, so that JSON stays JSON. */
function inQuotes(value: string, censor: Censor): string {
  const open = /^\\*["']/.exec(value)?.[0] ?? '';
  return EMPTY.test(bare(value)) || value.startsWith('{') || value.startsWith('[')
    ? value
    : open + censor('field') + (value.length > open.length && value.endsWith(open) ? open : '');
}

const holdsLogin = (text: string): boolean => Buffer.from(text, 'base64').toString('latin1').includes(':');

/** In this order: what a rule leaves is no secret to the next. */
export const RULES: readonly RedactionRule[] = [
  {
    hint: /authorization|cookie/i,
    apply: (line, censor) =>
      line.replace(HEADER, (_all, name: string, between: string, value: string) =>
        EMPTY.test(value.trim()) ? name + between + value : name + between + censor('authorization'),
      ),
  },
  {
    hint: /bearer|negotiate|ntlm|digest|basic/i,
    apply: (line, censor) =>
      line
        .replace(SCHEME, (_all, scheme: string) => `${scheme} ${censor('authorization')}`)
        .replace(BASIC, (all: string, scheme: string, value: string) =>
          holdsLogin(value) ? `${scheme} ${censor('authorization')}` : all,
        ),
  },
  {
    hint: /nonce=|response=|ha1=/i,
    apply: (line, censor) =>
      line.replace(DIGEST, (_all, name: string, between: string) => name + between + censor('authorization')),
  },
  {
    hint: /:\/\/[^\s/]*@/,
    apply: (line, censor) =>
      line.replace(URL_LOGIN, (all: string, scheme: string, user: string, password: string) =>
        password === CENSORED ? all : `${scheme}${user}:${censor('password in an address')}@`,
      ),
  },
  { hint: /v1\./, apply: (line, censor) => line.replace(SEALED, () => censor('sealed secret')) },
  { hint: /eyJ/, apply: (line, censor) => line.replace(JWT, () => censor('token')) },
  {
    hint: new RegExp(NAMES, 'i'),
    apply: (line, censor) =>
      line
        .replace(FIELD, (_all, name: string, value: string) => name + inQuotes(value, censor))
        .replace(OPTION, (all: string, name: string, value: string) =>
          value === CENSORED ? all : name + censor('field'),
        ),
  },
  { hint: /[\w-]{43}/, apply: (line, censor) => line.replace(TOKEN, () => censor('token')) },
  {
    hint: new RegExp(String.raw`${CODE}-?${CODE}`),
    apply: (line, censor) => line.replace(CLAIM, () => censor('claim code')),
  },
];
