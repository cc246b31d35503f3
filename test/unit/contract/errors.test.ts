import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { catalogue } from '#contract/errors/catalogue.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';

const rows = async () => {
  const text = await readFile('docs/errors.md', 'utf8');
  return [...text.matchAll(/^\| `([^`]+)` \| (\d+) \| (.+?) \| (.+?) \|$/gm)].map(
    ([, code, status, cause, nextStep]) => ({
      code,
      status: Number(status),
      cause,
      nextStep,
    }),
  );
};

describe('the error catalogue', () => {
  test('docs/errors.md has a row for every code, word for word, and none more', async () => {
    const documented = await rows();
    expect(documented).toEqual(
      Object.entries(catalogue)
        .map(([code, entry]) => ({ code, status: entry.status, cause: entry.cause, nextStep: entry.nextStep }))
        .sort((a, b) => a.code.localeCompare(b.code)),
    );
  });

  test.each(Object.entries(catalogue))('%s says a cause and a next step a person can act on', (code, entry) => {
    expect(code).toMatch(/^[a-z]+(\.[a-z0-9-]+)?$/);
    expect(entry.cause).toMatch(/^[A-Z].*[^.]$/);
    expect(entry.nextStep).toMatch(/^[A-Z].*\.$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.status).toBeLessThan(600);
  });

  test('whatever is thrown becomes one of ours, with the cause kept', () => {
    const ours = new DemarcError('pbx.timeout', 'step search');
    expect(toDemarcError(ours)).toBe(ours);
    const foreign = new TypeError('x is not a function');
    expect(toDemarcError(foreign)).toMatchObject({ code: 'internal', cause: foreign });
    expect(toDemarcError('just text').message).toContain('just text');
  });
});
