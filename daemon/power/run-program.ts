import { spawn } from 'node:child_process';

/** Why a program that was run did no good, in words with its last lines; undefined when it ended with code 0. */
export type RunProgram = (argv: readonly string[], limitMs: number) => Promise<string | undefined>;

const MAX_SAID = 500;
/** How long what it said may take to arrive after its end, in milliseconds. */
const LAST_WORDS_MS = 100;

/** Runs an argument vector without a shell. Whatever happens, this resolves: a program past its limit is killed. */
export const runProgram: RunProgram = ([file = '', ...args], limitMs) =>
  new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let said = '';
    const settle = (problem: string | undefined): void => {
      clearTimeout(timer);
      child.stderr.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      settle(`${file} did not end within ${limitMs / 1000} s`);
    }, limitMs);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MAX_SAID);
    });
    child.once('error', (error) => settle(`${file} cannot be run: ${error.message}`));
    // Not 'close': what the program left behind may hold the pipe for as long as it likes.
    child.once('exit', (code, ended) => {
      const how = code === null ? `was ended by ${ended ?? 'a signal'}` : `ended with code ${code}`;
      if (code === 0) settle(undefined);
      else setTimeout(() => settle([`${file} ${how}`, said.trim()].filter(Boolean).join(': ')), LAST_WORDS_MS);
    });
  });
