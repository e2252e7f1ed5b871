// The three services as child processes: their environment, their ports, one or more of each.
import { join } from 'node:path';
import { findFreePort, startServerProcess } from '@billing-mail/testkit';
import { workspaceRoot } from '../workspace.js';
import { logTo } from './log-file.js';
import { type Supervisor } from './supervisor.js';

export const SERVICES = [
  { name: 'settings-api', portVariable: 'SETTINGS_API_PORT', usualPort: 4100 },
  { name: 'mail-dispatcher', portVariable: 'MAIL_DISPATCHER_PORT', usualPort: 4101 },
  { name: 'notification-service', portVariable: 'NOTIFICATION_SERVICE_PORT', usualPort: 4102 },
] as const;
export type ServiceName = (typeof SERVICES)[number]['name'];

/** How many of each run. */
export type ServiceCounts = Record<ServiceName, number>;

/** Where the first of a service answers, and the names under which all of it are supervised. */
export type RunningService = { url: string; processes: string[] };

// A contract of 30 s to drain, and a moment to say so.
const DRAIN_MS = 32_000;

/** Starts all and resolves when each answers that it is ready. */
export async function startServices(
  supervisor: Supervisor,
  environment: NodeJS.ProcessEnv,
  counts: ServiceCounts,
): Promise<Record<ServiceName, RunningService>> {
  const started = await Promise.all(
    SERVICES.map(async (service): Promise<[ServiceName, RunningService]> => {
      const wanted = Number(process.env[service.portVariable] ?? service.usualPort);
      const instances = Array.from({ length: counts[service.name] }, async (_, index) => {
        const name = index === 0 ? service.name : `${service.name}-${index + 1}`;
        const port = await findFreePort(index === 0 ? wanted : 0);
        const url = `http://127.0.0.1:${port}`;
        await keepService(supervisor, service.name, name, url, { ...environment, [service.portVariable]: String(port) });
        return { name, url };
      });
      const all = await Promise.all(instances);
      return [service.name, { url: all[0]?.url ?? '', processes: all.map(({ name }) => name) }];
    }),
  );
  return Object.fromEntries(started) as Record<ServiceName, RunningService>;
}

async function keepService(supervisor: Supervisor, service: ServiceName, name: string, url: string, env: NodeJS.ProcessEnv): Promise<void> {
  await supervisor.keep({
    name,
    kind: 'service',
    endSignal: 'SIGTERM',
    endWithinMs: DRAIN_MS,
    start: () =>
      startServerProcess({
        command: process.execPath,
        args: [join(workspaceRoot, 'apps', service, 'dist', 'main.js')],
        cwd: workspaceRoot,
        env,
        ready: () => isReady(url),
        readyWithinMs: 60_000,
        deathSignal: 'TERM',
        onOutput: logTo(name),
      }),
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false; // not listening yet
  }
}
