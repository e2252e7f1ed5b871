import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startRedisServer } from '@billing-mail/testkit';
import { dataFolder } from '../workspace.js';
import { logTo } from './log-file.js';
import { type Supervisor } from './supervisor.js';

const USUAL_PORT = 4179;

/** A Redis of this checkout, its append-only file below the data folder. Resolves to its URL. */
export async function providePrivateRedis(supervisor: Supervisor, password: string): Promise<string> {
  const folder = join(dataFolder(), 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let port = USUAL_PORT;
  await supervisor.keep({
    name: 'redis',
    kind: 'server',
    endSignal: 'SIGTERM',
    endWithinMs: 10_000,
    start: async () => {
      const started = await startRedisServer({ dataFolder: folder, port, password, onOutput: logTo('redis') });
      port = started.port;
      return started.process;
    },
  });
  return `redis://:${password}@127.0.0.1:${port}/0`;
}
