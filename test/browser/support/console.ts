/** The console in a real browser, served by a real connector. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { systemClock } from '#config/clock.ts';
import { createLog } from '#config/log.ts';
import { startConnector } from '#connector/main.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import viteConfig from '#web/console/vite.config.ts';
import wizardConfig from '#web/wizard/vite.config.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CHROMIUM = '/usr/bin/chromium';
export const hasChromium = existsSync(CHROMIUM);

export const PERSON = { name: 'Ada Admin', email: 'ada@example.org', password: 'correct horse battery' } as const;

const BUILD_MS = 90_000;
const CONFIGS = { console: viteConfig, wizard: wizardConfig };

/** Builds these pages unless what is built is newer than every source of it; one test file at a time. */
export async function buildPages(name: keyof typeof CONFIGS): Promise<void> {
  const lock = join(ROOT, 'dist', `.building-${name}`);
  await mkdir(dirname(lock), { recursive: true });
  await until(
    `nobody else builds ${name}`,
    BUILD_MS,
    () =>
      mkdir(lock).then(
        () => true,
        () => false,
      ),
    // Who was killed while building has left it behind.
  ).catch(() => undefined);
  try {
    await buildWhatIsOld(name);
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function buildWhatIsOld(name: keyof typeof CONFIGS): Promise<void> {
  const index = join(ROOT, 'dist', name, 'index.html');
  const built = existsSync(index) ? statSync(index).mtimeMs : 0;
  const newest = await Promise.all(
    [`web/${name}`, 'web/kit', 'contract'].map(async (folder) => {
      const files = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
      return Math.max(
        ...files.filter((file) => file.isFile()).map((file) => statSync(join(file.parentPath, file.name)).mtimeMs),
      );
    }),
  );
  if (Math.max(...newest) < built) return;
  // What is shipped: the test runner's own word for its surroundings would give React's build for developers, which is
  // larger, slower and asks everything twice.
  const { NODE_ENV: runner } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ ...CONFIGS[name], configFile: false, logLevel: 'error' });
  } finally {
    if (runner === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = runner;
  }
}

/** A browser; ended by whoever started it. `program` where it is to run elsewhere than on this machine. */
export const launchBrowser = (program = CHROMIUM): Promise<Browser> =>
  chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });

/** A connector on a free port of 127.0.0.1 with an empty store, and a browser. */
export async function startConsole() {
  await buildPages('console');
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('console'));
  const log = await createLog({ level: 'fatal', unit: 'connector' });
  const connector = await startConnector(
    { dataFolder: folder.path, port: 0, host: '127.0.0.1', bus: 'embedded', logLevel: 'fatal' },
    { log, clock: systemClock },
  );
  stack.defer(() => connector.stop());
  const browser = await launchBrowser();
  stack.defer(() => browser.close());
  return {
    url: connector.url,
    setupLink: connector.setupLink ?? '',
    database: join(folder.path, 'connector.db'),
    browser,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
export type RunningConsole = Awaited<ReturnType<typeof startConsole>>;

/** What a page must not do: log an error, throw, or ask another host for anything. */
export interface Watched {
  page: Page;
  faults: string[];
}

/** A browser profile of its own; `storageState` brings a session along. */
export async function newContext(
  browser: Browser,
  options: { dark?: boolean; width?: number; storageState?: Awaited<ReturnType<BrowserContext['storageState']>> } = {},
): Promise<BrowserContext> {
  return browser.newContext({
    ignoreHTTPSErrors: true,
    colorScheme: options.dark ? 'dark' : 'light',
    viewport: { width: options.width ?? 1280, height: 800 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    ...(options.storageState ? { storageState: options.storageState } : {}),
  });
}

export async function watchedPage(context: BrowserContext, origin: string): Promise<Watched> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:'))
      faults.push(`foreign request: ${url}`);
  });
  return { page, faults };
}
