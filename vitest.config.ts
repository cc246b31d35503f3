import { defineConfig } from 'vitest/config';

const slow = process.argv.some((word) => /test\/(peers|e2e|faults|browser)/.test(word));

export default defineConfig({
  test: {
    // Relative to --dir, which names one suite (vitest 5).
    include: ['**/*.test.{ts,tsx}'],
    pool: 'forks',
    testTimeout: slow ? 120_000 : 20_000,
    hookTimeout: slow ? 120_000 : 20_000,
    // Most tests wait for something most of the time: more of them than two cores, but few that start real programs.
    maxWorkers: slow ? 2 : 4,
    // Real programs on a busy machine now and then miss a time limit; what needed a second try is told at the end.
    retry: slow ? 1 : 0,
    reporters: ['default'],
  },
});
