/** Finds, in the sources, the English sentences that reach a person's page, and asks whether they have German words. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';
import { describe, expect, test } from 'vitest';
import { catalogue } from '#contract/errors/catalogue.ts';
import { createSaid } from '#web/kit/phrases.ts';
import { errorPhrases } from '#web/kit/said.ts';
import { errorTexts } from '#web/kit/texts/de-errors/index.ts';
import { phrases } from '#web/kit/texts/de-phrases/index.ts';

const ROOT = join(import.meta.dirname, '../../..');
const said = createSaid({ ...errorPhrases({ english: catalogue, own: errorTexts }), ...phrases }, String);

/** A node of the syntax tree, as far as this test looks. */
interface Node {
  type: string;
  [name: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []);
function nameOf(node: unknown): string {
  if (!isNode(node)) return '';
  const name = node['name'] ?? node['value'];
  return typeof name === 'string' ? name : nameOf(node['property']);
}

/** The sentences that an expression can be; a gap `\0` for what is put in. */
function sentences(node: unknown): string[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' ? [node['value']] : [];
    case 'TemplateLiteral':
      return [
        nodes(node['quasis'])
          .map((part) => (part['value'] as { cooked: string }).cooked)
          .join('\0'),
      ];
    case 'ConditionalExpression':
      return [...sentences(node['consequent']), ...sentences(node['alternate'])];
    case 'LogicalExpression':
      return [...sentences(node['left']), ...sentences(node['right'])];
    case 'ArrayExpression':
      return nodes(node['elements']).flatMap(sentences);
    case 'CallExpression':
      // `text`.slice(0, 1000)
      return isNode(node['callee']) && node['callee'].type === 'MemberExpression'
        ? sentences(node['callee']['object'])
        : [];
    default:
      return [];
  }
}

interface Rule {
  files: string[];
  /** Names of properties and constants that hold a sentence. */
  named?: string[];
  /** Functions, and which of their arguments is one. */
  given?: Readonly<Record<string, number[]>>;
}

const RULES: Rule[] = [
  { files: ['connector/**/*.ts'], named: ['message'] },
  {
    files: ['daemon/**/*.ts'],
    named: ['message'],
    given: { progress: [0] },
  },
  {
    files: ['daemon/self-test/checks/*.ts'],
    named: ['title', 'effect', 'detail', 'met'],
    given: { ok: [0], skipped: [0], problem: [2, 3] },
  },
  {
    files: ['pbx-adapters/*/*.ts', 'pbx-adapters/enrichment/*.ts'],
    named: ['title', 'detail', 'warning', 'reason', 'note', 'notes'],
    given: { skip: [1] },
  },
  { files: ['pbx-adapters/discovery/{classify,kinds,targets,discover}.ts'], named: ['name'], given: { push: [0] } },
  { files: ['sip-trunks/plan/*.ts'], named: ['title', 'note'], given: { field: [2], chosen: [2] } },
  { files: ['sip-trunks/trunk/numbers.ts'], named: ['problem'], given: { push: [0] } },
  { files: ['sip-trunks/verify/*.ts'], named: ['detail', 'sent', 'login'], given: { push: [0] } },
];

function found(rule: Rule, text: string, file: string): string[] {
  const all: string[] = [];
  const look = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(look);
    if (!isNode(node)) return;
    if (node.type.startsWith('TS') && node.type !== 'TSAsExpression' && node.type !== 'TSSatisfiesExpression') return;
    if (node.type === 'Property' && rule.named?.includes(nameOf(node['key']))) all.push(...sentences(node['value']));
    if (node.type === 'VariableDeclarator' && rule.named?.includes(nameOf(node['id'])))
      all.push(...sentences(node['init']));
    if (node.type === 'CallExpression') {
      const places = new Map(Object.entries(rule.given ?? {})).get(nameOf(node['callee'])) ?? [];
      const given = node['arguments'];
      if (Array.isArray(given)) all.push(...places.flatMap((place) => sentences(given[place])));
    }
    for (const value of Object.values(node)) if (typeof value === 'object') look(value);
  };
  look(parseAst(text, { lang: 'ts' }, file).body);
  return all.filter((sentence) => /\p{L}{2,}/u.test(sentence.replaceAll('\0', '')) && /\s/.test(sentence.trim()));
}

/** What both languages say alike. */
const ALIKE = ['\0 in \0.', 'Mitel 3100'];

/** Gaps that are words themselves: one of these in one of the gaps, a name in all others. */
const WORDS =
  '|X1|created|deleted|switched on|made|made active|succeeded|reading|was successful|Welcome mails|manages|can|twice|Proposed|The store was repaired'.split(
    '|',
  );

function hasGerman(sentence: string): boolean {
  if (ALIKE.includes(sentence)) return true;
  const around = sentence.split('\0');
  return WORDS.some((word) =>
    around.some((_text, place) => {
      const whole = around.map((text, at) => (at === 0 ? text : `${at === place ? word : 'X1'}${text}`)).join('');
      return said(whole) !== whole;
    }),
  );
}

describe('sentences that reach a page', () => {
  test.each(RULES)('$files', (rule) => {
    const english = rule.files
      .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
      .flatMap((file) =>
        found(rule, readFileSync(join(ROOT, file), 'utf8'), file).map((sentence) => `${file}: ${sentence}`),
      );
    expect(english).not.toEqual([]);
    const untranslated = english.filter((line) => !hasGerman(line.slice(line.indexOf(': ') + 2)));
    expect([...new Set(untranslated)].map((line) => line.replaceAll('\0', '{}'))).toEqual([]);
  });
});

test('no page has words of its own beside the catalogues', () => {
  const spoken = new Set(['label', 'title', 'placeholder', 'aria-label', 'alt', 'description', 'header']);
  const isWord = (value: unknown): value is string => typeof value === 'string' && /\p{L}{2,}/u.test(value);
  const words = globSync('web/**/*.tsx', { cwd: ROOT }).flatMap((file) => {
    const own: string[] = [];
    const look = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(look);
      if (!isNode(node)) return;
      if (node.type === 'JSXText' && isWord(node['value'])) own.push(`${file}: ${node['value'].trim()}`);
      if (node.type === 'JSXAttribute' && spoken.has(nameOf(node['name']))) {
        const value = isNode(node['value']) ? node['value']['value'] : undefined;
        if (isWord(value)) own.push(`${file}: ${nameOf(node['name'])} ${value}`);
      }
      for (const value of Object.values(node)) if (typeof value === 'object') look(value);
    };
    look(parseAst(readFileSync(join(ROOT, file), 'utf8'), { lang: 'tsx' }, file).body);
    return own;
  });
  expect(words).toEqual([]);
});
