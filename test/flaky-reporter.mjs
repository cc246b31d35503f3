/** Notes each test that passed only when it was tried again, a line each, for the end of `npm test`. */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

export default class FlakyReporter {
  #file = process.env['DEMARC_FLAKY_FILE'];

  onTestCaseResult(test) {
    if (this.#file === undefined || test.diagnostic()?.flaky !== true) return;
    appendFileSync(this.#file, `${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}\n`);
  }
}
