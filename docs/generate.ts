/** Writes docs/errors.md from the catalogue: `npm run docs`. A test compares them. */
import { writeFileSync } from 'node:fs';
import { catalogue } from '#contract/errors/catalogue.ts';

const rows = Object.entries(catalogue)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([code, { status, cause, nextStep }]) => `| \`${code}\` | ${status} | ${cause} | ${nextStep} |`);

writeFileSync(
  'docs/errors.md',
  `# Errors

Every error that a person, a gateway or a client of the API can meet. The code is stable; the text says the cause, then
what to do. Written by \`npm run docs\` from \`contract/errors/\`.

| code | HTTP status | cause | next step |
| --- | --- | --- | --- |
${rows.join('\n')}
`,
);
