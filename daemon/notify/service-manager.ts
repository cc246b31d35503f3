import { spawn } from 'node:child_process';
import type { Log } from '#config/log.ts';
import type { Hearts } from './hearts.ts';

interface ServiceManagerOptions {
  /** Where systemd listens (`NOTIFY_SOCKET`). */
  socket: string;
  /** Within how many milliseconds systemd wants to hear of a living process; none without a watchdog. */
  watchdogMs: number | undefined;
  hearts: Pick<Hearts, 'stopped'>;
  log: Log;
  /** The program that speaks to systemd. */
  program?: string;
}

const SEND_LIMIT_MS = 10_000;
/** How often the text that `systemctl status` shows is looked at, where no watchdog asks more often. */
const STATUS_MS = 30_000;

/**
 * What systemd is told (sd_notify(3)). Its socket takes datagrams, which Node cannot send on Unix sockets; so
 * `systemd-notify`, which is wherever that socket is, is run for each: a few milliseconds two or three times a minute
 * instead of a compiled addon or a second process that stays. The unit needs `NotifyAccess=all` for that.
 *
 * The watchdog is fed from the event loop and only while every timer of ours ticks; never by anything in the cloud.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  #timer: NodeJS.Timeout | undefined;
  #said = '';
  #tail: Promise<void> = Promise.resolve();
  #warned = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
  }

  /** Undefined where no service manager wants to be told. */
  static of(env: NodeJS.ProcessEnv, parts: Pick<ServiceManagerOptions, 'hearts' | 'log'>): ServiceManager | undefined {
    const socket = env['NOTIFY_SOCKET'];
    if (socket === undefined || socket === '') return undefined;
    const micros = Number(env['WATCHDOG_USEC']);
    return new ServiceManager({ ...parts, socket, watchdogMs: micros > 0 ? micros / 1000 : undefined });
  }

  /** Everything has been started; `summary` is asked for the text that `systemctl status` shows. */
  ready(summary: () => string): void {
    const { watchdogMs } = this.#options;
    this.#said = summary();
    this.#send(['READY=1', `STATUS=${this.#said}`, ...(watchdogMs === undefined ? [] : ['WATCHDOG=1'])]);
    this.#timer = setInterval(() => this.#feed(summary()), watchdogMs === undefined ? STATUS_MS : watchdogMs / 3);
  }

  /** The process is about to end for good. Not for one that starts anew: systemd would end that one. */
  stopping(): void {
    clearInterval(this.#timer);
    this.#send(['STOPPING=1', 'STATUS=Stopping']);
  }

  /** Nothing more until the next process says READY: one that is being stopped has no timers to judge it by. */
  restarting(): void {
    clearInterval(this.#timer);
    this.#send(['STATUS=Restarting', ...(this.#options.watchdogMs === undefined ? [] : ['WATCHDOG=1'])]);
  }

  #feed(text: string): void {
    const { watchdogMs, hearts, log } = this.#options;
    const stopped = hearts.stopped();
    if (stopped !== undefined && !this.#warned) {
      this.#warned = true;
      log.error({ code: 'notify.timer-stopped', timer: stopped }, 'a timer does not tick; the watchdog is not fed');
    }
    const words = [
      ...(text === this.#said ? [] : [`STATUS=${text}`]),
      ...(watchdogMs === undefined || stopped !== undefined ? [] : ['WATCHDOG=1']),
    ];
    this.#said = text;
    if (words.length > 0) this.#send(words);
  }

  /** One after the other, in this order. What fails is told in the log: systemd then acts by itself. */
  #send(words: readonly string[]): void {
    const { socket, program = 'systemd-notify', log } = this.#options;
    this.#tail = this.#tail.then(
      () =>
        new Promise((resolve) => {
          const env = { PATH: process.env['PATH'], NOTIFY_SOCKET: socket };
          const child = spawn(program, words, { stdio: 'ignore', env, timeout: SEND_LIMIT_MS, killSignal: 'SIGKILL' });
          const settle = (problem?: string) => {
            if (problem !== undefined) log.warn({ code: 'notify.failed', words, problem }, 'systemd could not be told');
            resolve();
          };
          child.once('error', (error) => settle(error.message));
          child.once('exit', (code, signal) => settle(code === 0 ? undefined : `ended with ${code ?? signal}`));
        }),
    );
  }
}
