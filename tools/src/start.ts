// `npm start` after installing and building: starts the parts and the services, sends the samples, prints the
// summary, then runs until Ctrl-C.
import { chmodSync, mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findFreePort } from '@billing-mail/local-servers';
import { loadServiceEnvironments } from './docs/service-environments.js';
import { migrateSchemas } from './migrate-schemas.js';
import { seedTeams } from './samples/teams.js';
import { hasDeliveries, sendSamples } from './samples/send-samples.js';
import { type StartFile, writeStartFile } from './start-file.js';
import { reportWhatBounces } from './starting/bouncing-address.js';
import { checkEnvironment } from './starting/check-environment.js';
import { askedToEnd } from './starting/end-signals.js';
import { servicesEnvironment, signInsOf } from './starting/environment.js';
import { keepTokensFresh } from './starting/fresh-tokens.js';
import { beTheOnlyStart, leaveAsTheOnlyStart } from './starting/only-one-start.js';
import { provideParts } from './starting/provide-parts.js';
import { startServices, type RunningServices, type ServiceCounts, type ServiceName, type Watching } from './starting/services.js';
import { removeSignInPages, signInPage, writeSignInPages } from './starting/sign-in-pages.js';
import { summarize } from './starting/summary.js';
import { Supervisor } from './starting/supervisor.js';
import { CurableError, type RunStep } from './step.js';
import { dataFolder, startFile } from './workspace.js';

/** `once` sends samples only if no document has gone out yet. */
export type StartOptions = {
  samples: 'once' | 'again' | 'never';
  counts: ServiceCounts;
  /** Whether changed sources take effect at once (`npm run dev`). */
  watch: boolean;
};

/** Parses `--samples --no-samples --dispatchers 2 --notifiers 2 --watch`. Throws CurableError for anything else. */
export function readStartOptions(args: string[]): StartOptions {
  const [flag, word] = [{ type: 'boolean' }, { type: 'string' }] as const;
  const options = { samples: flag, 'no-samples': flag, dispatchers: word, notifiers: word, watch: flag } as const;
  try {
    const { values } = parseArgs({ args, options });
    return {
      samples: values['no-samples'] === true ? 'never' : values.samples === true ? 'again' : 'once',
      watch: values.watch === true,
      counts: {
        'settings-api': 1,
        'mail-dispatcher': readCount('dispatchers', values.dispatchers),
        'notification-service': readCount('notifiers', values.notifiers),
      },
    };
  } catch (error) {
    throw new CurableError((error as Error).message, 'npm start -- [--samples] [--no-samples] [--dispatchers 2] [--notifiers 2] [--watch]');
  }
}

function readCount(flag: string, value = '1'): number {
  if (!/^[1-9]$/.test(value)) throw new Error(`--${flag} must be a number from 1 to 9`);
  return Number(value);
}

const USUAL_PAGE_PORT = 4173;

/** Prints what happens after the start. */
const tell = (line: string): void => console.log(`! ${line}`);

/**
 * Runs until asked to end, then ends everything that it started. Resolves with the reason; rejects if a step fails, after ending everything
 * too. `sinceMs`: when the command began.
 */
export async function start(options: StartOptions, step: RunStep, sinceMs: number): Promise<string> {
  checkEnvironment(process.env, await loadServiceEnvironments('dist'));
  keepToOwner();
  const pidFiles = await beTheOnlyStart(step);
  const supervisor = new Supervisor(pidFiles, tell);
  const end = askedToEnd();
  try {
    return await Promise.race([end, bringUp(supervisor, options, step, sinceMs).then(() => end)]);
  } finally {
    console.log('\nEnding …');
    await supervisor.endAll();
    removeSignInPages();
    leaveAsTheOnlyStart(pidFiles);
  }
}

/**
 * Keeps logs, documents, mail and tokens from other users of this machine: both what exists and what we and our
 * child processes create from now on.
 */
function keepToOwner(): void {
  process.umask(0o077);
  mkdirSync(dataFolder(), { recursive: true });
  chmodSync(dataFolder(), 0o700);
}

async function bringUp(supervisor: Supervisor, options: StartOptions, step: RunStep, sinceMs: number): Promise<void> {
  const { parts, pages, ownServer, mailboxesReady } = await provideParts(supervisor, step);
  const environment = { ...process.env, ...servicesEnvironment(parts) };
  await step('Tables', () => migrateSchemas({ ...environment, MIGRATION_DATABASE_URL: parts.database.ofMigrator }));
  await step('Mailboxes (maildev)', mailboxesReady);
  const environmentOf = (service: ServiceName): NodeJS.ProcessEnv => ({ ...environment, ...signInsOf(parts, service) });
  const { services, page } = await bringUpServices(supervisor, environmentOf, options, step);
  const tokens = await keepTokensFresh(environment, () => supervisor.onRestart());
  const describe = (): StartFile => ({
    settingsApi: services['settings-api'].url,
    page,
    mailDispatcher: services['mail-dispatcher'].url,
    notificationService: services['notification-service'].url,
    databaseUrl: parts.database.url,
    redisUrl: parts.redis.url,
    platformSmtpUrl: parts.platformSmtpUrl,
    mailboxUrl: pages.platform,
    ownMailboxUrl: pages.own,
    smimeCaFile: parts.certificates.caFile,
    platformFromAddress: parts.platformFromAddress,
    tokens: tokens.current,
    pids: pidsOf(supervisor, services),
  });
  await step('Teams', () => seedTeams(services['settings-api'].url, tokens.current.service, ownServer));
  const bounces = startBouncing(pages.platform, services['mail-dispatcher'].bounceSmtpPort);
  // The samples are published with the permissions that invoicing has.
  const redis = { ...environment, REDIS_URL: parts.redis.ofInvoicing };
  const isWanted = options.samples === 'again' || (options.samples === 'once' && !(await hasDeliveries(describe())));
  const samples = isWanted ? await step('Samples', () => sendSamples({ ...describe(), redis }, bounces)) : [];
  const write = (): void => {
    writeStartFile(describe());
    writeSignInPages(describe());
  };
  write();
  supervisor.onRestart = write;
  console.log(summarize(describe(), { samples, signedIn: signInPage('acme-admin'), startFile: startFile(), services }));
  console.log(`\nReady after ${((Date.now() - sinceMs) / 1000).toFixed(1)} s. Ctrl-C ends everything.`);
}

/** Starts the services. Resolves with them and the page's URL, which is served by settings-api or, with `watch`, from its sources. */
async function bringUpServices(
  supervisor: Supervisor,
  environmentOf: (service: ServiceName) => NodeJS.ProcessEnv,
  { counts, watch }: StartOptions,
  step: RunStep,
): Promise<{ services: RunningServices; page: string }> {
  const start = (watching: Watching | null): Promise<RunningServices> =>
    step('Services', () => startServices(supervisor, environmentOf, counts, watching));
  if (!watch) {
    const services = await start(null);
    return { services, page: services['settings-api'].url };
  }
  const page = `http://127.0.0.1:${await findFreePort(USUAL_PAGE_PORT)}`;
  const services = await start({ page, tell });
  // Vite and the compiler are loaded only for `npm run dev`.
  const { serveSources } = await import('./starting/live-sources.js');
  await step('Page from its sources (Vite)', () => serveSources(page, services, tell));
  return { services, page };
}

function pidsOf(supervisor: Supervisor, services: RunningServices): StartFile['pids'] {
  return Object.fromEntries(
    Object.entries(services).map(([name, { processes }]) => {
      const pids = processes.map((process) => supervisor.pidOf(process));
      return [name, pids.length === 1 ? (pids[0] ?? -1) : pids];
    }),
  );
}

/** Whether mail to `BOUNCING_ADDRESS` bounces here. If so, starts what reports it. */
function startBouncing(mailboxUrl: string | null, bounceSmtpPort: number | null): boolean {
  if (mailboxUrl === null || bounceSmtpPort === null) return false;
  reportWhatBounces(mailboxUrl, bounceSmtpPort);
  return true;
}
