import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startRedisServer } from '@billing-mail/local-servers';
import { dataFolder } from '../workspace.js';
import { type RedisAddress } from './environment.js';
import { logTo } from './log-file.js';
import { redisUsers } from './redis-users.js';
import { derivedPassword } from './secrets.js';
import { type Supervisor } from './supervisor.js';

const USUAL_PORT = 4179;

/**
 * Starts a Redis server of this checkout, with its append-only file in the data folder. Resolves with the URL that has full
 * rights and those of the services.
 */
export async function providePrivateRedis(supervisor: Supervisor, password: string): Promise<RedisAddress> {
  const folder = join(dataFolder(), 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordOf = (user: string): string => derivedPassword(password, user);
  const users = redisUsers(passwordOf);
  let port = USUAL_PORT;
  await supervisor.keep({
    name: 'redis',
    kind: 'server',
    endSignal: 'SIGTERM',
    endWithinMs: 10_000,
    start: async () => {
      const started = await startRedisServer({ dataFolder: folder, port, password, users, onOutput: logTo('redis') });
      port = started.port;
      return started.process;
    },
  });
  const urlOf = (user: string, secret: string): string => `redis://${user}:${secret}@127.0.0.1:${port}/0`;
  const ofUser = (user: string): string => urlOf(user, passwordOf(user));
  return { url: urlOf('', password), ofService: ofUser, ofInvoicing: ofUser('invoicing') };
}
