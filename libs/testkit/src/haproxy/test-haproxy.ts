// A private HAProxy in front of instances of services, as operators use it: it sends requests only to instances that say they are ready.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, findFreePort } from '@billing-mail/local-servers';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { startServerProcess } from '../processes/server-process.js';

export type TestHaproxy<Service extends string> = {
  /** One address for all instances of a service. */
  urls: Record<Service, string>;
  /** Resolves to the number of instances of a service that it sends requests to. */
  upCount(service: Service): Promise<number>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
};

/** One failure counts: a dead instance refuses the connection. A late answer only shows that the machine is busy (see `timeout check`). */
const CHECK = 'check inter 500ms fall 1 rise 1';

/** Starts a HAProxy on 127.0.0.1 in front of these instances (URLs). It ends with this process at the latest. */
export async function startTestHaproxy<Service extends string>(instances: Record<Service, string[]>): Promise<TestHaproxy<Service>> {
  const folder = await newScratchFolder('haproxy');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const urls = {} as Record<Service, string>;
  const lines: string[] = [];
  for (const [service, backends] of Object.entries(instances) as [Service, string[]][]) {
    const port = await findFreePort();
    urls[service] = `http://127.0.0.1:${port}`;
    lines.push(`listen ${service}`, `  bind 127.0.0.1:${port}`, '  option httpchk GET /health/ready');
    lines.push(...backends.map((url, index) => `  server ${service}-${index + 1} ${new URL(url).host} ${CHECK}`));
  }
  const statsPort = await findFreePort();
  const statistics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${statsPort}/;csv`)).text();
  const file = join(folder, 'haproxy.cfg');
  const defaults = [
    'mode http',
    'option redispatch',
    'timeout connect 10s',
    'timeout client 120s',
    'timeout server 120s',
    'timeout check 60s',
  ];
  const settings = [
    ...['defaults', ...defaults.map((line) => `  ${line}`), ...lines],
    ...['listen statistics', `  bind 127.0.0.1:${statsPort}`, '  stats enable', '  stats uri /', ''],
  ];
  await writeFile(file, settings.join('\n'), { mode: 0o600 });
  const server = await startServerProcess({
    command: findProgram('haproxy') ?? 'haproxy',
    args: ['-db', '-f', file],
    ready: () =>
      statistics().then(
        () => true,
        () => false,
      ),
    readyWithinMs: 60_000,
    deathSignal: 'KILL',
  });
  return {
    urls,
    // Each line begins with the names of the service and of the instance; its 18th column is the state of the instance.
    upCount: async (service) =>
      (await statistics()).split('\n').filter((line) => line.startsWith(`${service},${service}-`) && line.split(',')[17] === 'UP').length,
    stop: async () => {
      await server.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
