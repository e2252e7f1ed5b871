// Runs the three services as child processes, one or more of each, with their environments and ports.
import { join } from 'node:path';
import { findFreePort, ServerStartError, startServerProcess } from '@billing-mail/local-servers';
import { loadServiceEnvironments } from '../docs/service-environments.js';
import { lastWords } from '../last-words.js';
import { CurableError } from '../step.js';
import { dataFolder, workspaceRoot } from '../workspace.js';
import { answers } from './answers.js';
import { logFileOf, logTo } from './log-file.js';
import { ownVariables } from './own-variables.js';
import { type Supervisor } from './supervisor.js';
import { tellRestarts } from './tell-restarts.js';

export const SERVICES = [
  { name: 'settings-api', portVariable: 'SETTINGS_API_PORT', usualPort: 4100 },
  { name: 'mail-dispatcher', portVariable: 'MAIL_DISPATCHER_PORT', usualPort: 4101 },
  { name: 'notification-service', portVariable: 'NOTIFICATION_SERVICE_PORT', usualPort: 4102 },
] as const;
export type ServiceName = (typeof SERVICES)[number]['name'];

/** Number of processes of each service. */
export type ServiceCounts = Record<ServiceName, number>;

/** For developers: the page is served elsewhere, and each service restarts when a file that it has loaded changes. */
export type Watching = { page: string; tell: (line: string) => void };

/** URL of a service's first process, and the names under which all its processes are supervised. */
type RunningService = {
  url: string;
  processes: string[];
  /** Ports for debuggers, if the processes accept any. */
  inspectPorts: number[];
  /** Port on which the first dispatcher accepts bounce reports, if it does. */
  bounceSmtpPort: number | null;
};

// The longest shutdown (SHUTDOWN_GRACE plus 15 s) and a moment to report it.
const DRAIN_MS = 47_000;

export type RunningServices = Record<ServiceName, RunningService>;

type Instance = {
  service: ServiceName;
  name: string;
  port: number;
  bounceSmtpPort: number | null;
  inspectPort: number | null;
  url: string;
  environment: NodeJS.ProcessEnv;
};

const USUAL_BOUNCE_PORT = 4127;
const USUAL_INSPECT_PORT = 9230;

/** Starts all and resolves when each answers that it is ready. */
export async function startServices(
  supervisor: Supervisor,
  environmentOf: (service: ServiceName) => NodeJS.ProcessEnv,
  counts: ServiceCounts,
  watching: Watching | null,
): Promise<RunningServices> {
  const [instances, schemas] = await Promise.all([
    planInstances(counts, environmentOf('mail-dispatcher')['BOUNCE_DOMAIN'] !== undefined, watching !== null),
    loadServiceEnvironments('dist'),
  ]);
  const addresses = addressesOf(instances, watching?.page);
  await Promise.all(
    instances.map((instance) => {
      const all = { ...environmentOf(instance.service), ...addresses, ...instance.environment };
      return keepService(supervisor, instance, ownVariables(instance.service, all, schemas), watching);
    }),
  );
  const services = SERVICES.map(({ name }): [ServiceName, RunningService] => {
    const ours = instances.filter(({ service }) => service === name);
    const processes = ours.map((instance) => instance.name);
    const inspectPorts = ours.flatMap(({ inspectPort }) => inspectPort ?? []);
    return [name, { url: ours[0]?.url ?? '', processes, inspectPorts, bounceSmtpPort: ours[0]?.bounceSmtpPort ?? null }];
  });
  return Object.fromEntries(services) as RunningServices;
}

/** Plans the processes. The first of each service gets its usual port if that is free, the others get any free port. */
async function planInstances(counts: ServiceCounts, takeReports: boolean, areInspected: boolean): Promise<Instance[]> {
  const instances: Instance[] = [];
  for (const { name: service, portVariable, usualPort } of SERVICES) {
    for (let index = 0; index < counts[service]; index += 1) {
      const wanted = index === 0 ? Number(process.env[portVariable] || usualPort) : 0;
      const isFree = (port: number): boolean =>
        !instances.some((other) => [other.port, other.bounceSmtpPort, other.inspectPort].includes(port));
      const freePort = async (usual: number): Promise<number> => {
        for (let port = await findFreePort(usual); ; port = await findFreePort()) if (isFree(port)) return port;
      };
      const port = await freePort(wanted);
      const wantedForReports = index === 0 ? Number(process.env['BOUNCE_SMTP_PORT'] || USUAL_BOUNCE_PORT) : 0;
      const bounceSmtpPort = takeReports && service === 'mail-dispatcher' ? await freePort(wantedForReports) : null;
      const inspectPort = areInspected ? await freePort(USUAL_INSPECT_PORT + instances.length) : null;
      const name = index === 0 ? service : `${service}-${index + 1}`;
      const environment = {
        [portVariable]: String(port),
        ...(bounceSmtpPort === null ? {} : { BOUNCE_SMTP_PORT: String(bounceSmtpPort) }),
      };
      instances.push({ service, name, port, bounceSmtpPort, inspectPort, url: `http://127.0.0.1:${port}`, environment });
    }
  }
  return instances;
}

/**
 * Returns the services' URLs of each other. The web page comes from settings-api and calls the two others, which must allow its origin; if
 * `page` is given, all three are behind its origin.
 */
function addressesOf(instances: Instance[], page?: string): NodeJS.ProcessEnv {
  const urlOf = (name: ServiceName): string => instances.find((instance) => instance.name === name)?.url ?? '';
  return {
    CONSOLE_ORIGIN: page ?? urlOf('settings-api'),
    CONSOLE_URL: process.env['CONSOLE_URL'] || (page ?? urlOf('settings-api')),
    MAIL_DISPATCHER_PUBLIC_URL: page === undefined ? urlOf('mail-dispatcher') : '/api/dispatcher',
    NOTIFICATION_SERVICE_PUBLIC_URL: page === undefined ? urlOf('notification-service') : '/api/notifications',
  };
}

async function keepService(
  supervisor: Supervisor,
  { service, name, url, inspectPort }: Instance,
  env: NodeJS.ProcessEnv,
  watching: Watching | null,
): Promise<void> {
  const log = logTo(name);
  const tell = watching === null ? () => undefined : tellRestarts(name, logFileOf(name), watching.tell);
  // The watcher ends a service with SIGTERM, and there is no load balancer that would have to notice first. Node 22
  // and newer cache compiled code.
  const watched = watching === null ? {} : { SHUTDOWN_DELAY: '0s', NODE_COMPILE_CACHE: join(dataFolder(), 'compiled') };
  await supervisor.keep({
    name,
    kind: 'service',
    // The signal that Ctrl-C sends: no load balancer has to notice first.
    endSignal: 'SIGINT',
    endWithinMs: DRAIN_MS,
    start: () =>
      startServerProcess({
        command: process.execPath,
        args: [
          ...(watching === null ? [] : ['--watch', '--watch-preserve-output', `--inspect=127.0.0.1:${inspectPort}`]),
          join(workspaceRoot, 'apps', service, 'dist', 'main.js'),
        ],
        cwd: workspaceRoot,
        env: { ...env, ...watched },
        ready: () => answers(`${url}/health/ready`),
        readyWithinMs: 60_000,
        deathSignal: 'TERM',
        onOutput: (text) => {
          log(text);
          tell(text);
        },
      }).catch(explainStart(name)),
  });
}

const explainStart =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof ServerStartError)) throw error;
    throw new CurableError(`${name} did not start. ${lastWords(error.output)}`, `fix what it names; more is in ${logFileOf(name)}`);
  };
