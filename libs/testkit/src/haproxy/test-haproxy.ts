// A HAProxy of its own in front of instances of services, as an operator has it: it asks each whether it is ready, and sends requests to those that are.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, findFreePort } from '@billing-mail/local-servers';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { startServerProcess } from '../processes/server-process.js';

export type TestHaproxy<Service extends string> = {
  /** One address for all instances of a service. */
  urls: Record<Service, string>;
  /** Instances of a service that it sends requests to. */
  upCount(service: Service): Promise<number>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
};

/** An answer that is late says nothing of the instance where the machine is busy; one that is dead refuses the connection. */
const CHECK = 'check inter 500ms fall 1 rise 1';

/** Starts it on 127.0.0.1 before these instances (their URLs). It ends with this process at the latest. */
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
    // Lines begin with the names of the service and of the instance; the 18th column is its state.
    upCount: async (service) =>
      (await statistics()).split('\n').filter((line) => line.startsWith(`${service},${service}-`) && line.split(',')[17] === 'UP').length,
    stop: async () => {
      await server.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
