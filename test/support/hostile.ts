/** Input that an attacker, a broken client or a careless person would send: near enough to a schema to get past its door. */
import fc from 'fast-check';
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;

const SENSIBLE = [
  'abc',
  '10',
  '192.0.2.9',
  'a@b.example',
  'https://b.example/x',
  '2026-06-15T10:00:00.000Z',
  'DE',
  'en',
];

const TEXTS = [
  '',
  ' ',
  '\0',
  '\u202e\ufeff\u0007',
  '\ud800',
  "'; drop table person; --",
  '%_\\%',
  '../../../etc/passwd',
  '=cmd|calc!A1',
  '<script>alert(1)</script>',
  '__proto__',
  'NaN',
  '-1',
  '9'.repeat(40),
  'é'.repeat(300),
  '2026-13-45T99:99:99Z',
  '٠١٢',
  '😀'.repeat(50),
  'x'.repeat(70_000),
];

/** A text without any sense, among them those that have broken somebody's program. */
export const hostileText = (): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 10 }));

const hostileNumber = () =>
  fc.oneof(fc.constantFrom(0, -1, 1e308, -0.5, 2 ** 53, 2 ** 31, 1e-320), fc.integer(), fc.double({ noNaN: true }));

const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    hostileText(),
    hostileNumber(),
    fc.constantFrom(null, true, [], {}, [[[[]]]], { __proto__: null, constructor: 1 }),
    fc.jsonValue({ maxDepth: 2 }),
  );

/** Texts that exist, by what they name: ids of accounts, gateways and the like. */
export type Known = Readonly<Record<string, string>>;

/** Values that are mostly of the schema's form, with hostile contents. */
export function hostileValue(schema: z.ZodType, known: Known): fc.Arbitrary<unknown> {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return near({ root, known }, root, '', 0);
}

/** Mostly the very thing that a field names, now and then another that exists. */
function fitting(name: string, known: Known): fc.Arbitrary<unknown> {
  const own = known[name.replace(/s$/, '')];
  const other = fc.constantFrom(...Object.values(known));
  return own === undefined ? other : fc.oneof({ weight: 10, arbitrary: fc.constant(own) }, other);
}

const wild = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary }, { weight: 1, arbitrary: anything() });

function near(
  world: { root: JsonSchema; known: Known },
  node: JsonSchema | boolean,
  name: string,
  depth: number,
): fc.Arbitrary<unknown> {
  if (typeof node === 'boolean' || depth > 6) return anything();
  const inner = (next: JsonSchema | boolean, called = name) => near(world, next, called, depth + 1);
  if (node.$ref !== undefined) {
    const target = world.root.$defs?.[node.$ref.replace('#/$defs/', '')];
    return target === undefined ? anything() : inner(target);
  }
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined && choices.length > 0) return wild(fc.oneof(...choices.map((choice) => inner(choice))));
  if (node.const !== undefined) return wild(fc.constant(node.const));
  if (node.enum !== undefined) return wild(fc.constantFrom(...node.enum));
  switch (Array.isArray(node.type) ? node.type[0] : node.type) {
    case 'string':
      return wild(
        fc.oneof({ weight: 3, arbitrary: fitting(name, world.known) }, fc.constantFrom(...SENSIBLE), hostileText()),
      );
    case 'integer':
    case 'number':
      return wild(fc.oneof(hostileNumber(), fc.integer({ min: 0, max: 100 })));
    case 'boolean':
      return wild(fc.boolean());
    case 'array': {
      const { items } = node;
      return wild(fc.array(items === undefined || Array.isArray(items) ? anything() : inner(items), { maxLength: 4 }));
    }
    case 'object': {
      const required = new Set(node.required);
      const properties = Object.entries(node.properties ?? {}).map(([key, value]) => {
        const missing = { weight: required.has(key) ? 1 : 60, arbitrary: fc.constant(undefined) };
        return [key, fc.oneof({ weight: 30, arbitrary: inner(value, key) }, missing)] as const;
      });
      return wild(fc.record(Object.fromEntries(properties)));
    }
    case 'null':
    case undefined:
    default:
      return anything();
  }
}
