import { defineConfig } from 'vitest/config';

const slow = process.argv.some((word) => /test\/(peers|e2e|faults|browser)/.test(word));

export default defineConfig({
  test: {
    // Relative to --dir, which names one suite (vitest 5).
    include: ['**/*.test.{ts,tsx}'],
    pool: 'forks',
    testTimeout: slow ? 120_000 : 20_000,
    hookTimeout: slow ? 120_000 : 20_000,
    // Suites that start real programs take turns: the machine has two cores.
    fileParallelism: !slow,
    reporters: ['default'],
  },
});
