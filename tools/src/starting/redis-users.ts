// Redis's file of users, made of docker/redis-users.acl as docker/make-secrets.sh makes it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

/** Lines of an ACL file. Redis gets the hashes of the passwords only. */
export function redisUsers(passwordOf: (user: string) => string): string[] {
  const template = readFileSync(join(workspaceRoot, 'docker', 'redis-users.acl'), 'utf8');
  const lines = withPrefix(template, process.env['REDIS_PREFIX'] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('user '));
  return lines.map((line) => line.replace(/%([\w-]+)%/, (_, user: string) => createHash('sha256').update(passwordOf(user)).digest('hex')));
}

/** The users of an environment with that `REDIS_PREFIX`, as docker/redis-users.acl says to make them: it stands before each pattern of keys and channels. */
export const withPrefix = (template: string, redisPrefix: string): string =>
  redisPrefix === '' ? template : template.replace(/ ([~&])/g, ` $1${redisPrefix}:`);
