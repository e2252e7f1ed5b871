// Makes Redis's ACL file from docker/redis-users.acl, as docker/make-secrets.sh does.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';

/** Returns the lines of the ACL file. Redis gets only the hashes of the passwords. */
export function redisUsers(passwordOf: (user: string) => string): string[] {
  const template = readFileSync(join(workspaceRoot, 'docker', 'redis-users.acl'), 'utf8');
  const lines = withPrefix(template, process.env['REDIS_PREFIX'] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('user '));
  return lines.map((line) => line.replace(/%([\w-]+)%/, (_, user: string) => createHash('sha256').update(passwordOf(user)).digest('hex')));
}

/** Puts `REDIS_PREFIX` before each pattern of keys and channels, as docker/redis-users.acl describes. */
export const withPrefix = (template: string, redisPrefix: string): string =>
  redisPrefix === '' ? template : template.replace(/ ([~&])/g, ` $1${redisPrefix}:`);
