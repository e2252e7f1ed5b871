// Finds, configures and starts a private redis-server on 127.0.0.1.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { startOnFreePort } from './free-port.js';
import { startServerProcess, type ServerProcess } from './server-process.js';

/** Where it keeps its append-only file and how it is reached. */
export type RedisOptions = {
  /** An existing folder. */
  dataFolder: string;
  /** 0 takes any free port. */
  port: number;
  /** With `null` everybody on this machine may connect. */
  password: string | null;
  /** Lines of an ACL file: users with fewer rights besides the default one. */
  users?: readonly string[];
  /** Further lines of its configuration. */
  settings?: readonly string[];
  onOutput?: (text: string) => void;
};

/**
 * Starts a private redis-server on 127.0.0.1 that keeps what it acknowledged (append-only file) and never discards data when memory is
 * full, as Bull demands. Resolves once it is ready.
 * @throws ServerStartError with the end of its log.
 */
export async function startRedisServer(options: RedisOptions): Promise<{ port: number; process: ServerProcess }> {
  const command = findProgram('redis-server');
  if (command === null) throw new Error('redis-server is not installed; cure: apt-get install -y redis-server');
  return startOnFreePort(options.port, (port) => startOn(command, port, options));
}

async function startOn(command: string, port: number, options: RedisOptions): Promise<ServerProcess> {
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(options.dataFolder)}`,
    'appendonly yes',
    'save ""',
    'maxmemory-policy noeviction',
    ...(options.users === undefined ? [] : [`aclfile ${JSON.stringify(await writeUsers(options, options.users))}`]),
    ...(options.users !== undefined || options.password === null ? [] : [`requirepass ${options.password}`]),
    ...(options.settings ?? []),
  ];
  // A file, because a password on the command line shows in `ps`.
  const file = join(options.dataFolder, 'redis.conf');
  await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 });
  return startServerProcess({
    command,
    args: [file],
    ready: /Ready to accept connections/,
    readyWithinMs: 60_000,
    // Killing the process loses nothing: what it acknowledged is written, only not yet synced. A frozen process would not hear TERM.
    deathSignal: 'KILL',
    onOutput: options.onOutput,
  });
}

/** Writes the ACL file. With such a file the default user comes from it as well. */
async function writeUsers({ dataFolder, password }: RedisOptions, users: readonly string[]): Promise<string> {
  const file = join(dataFolder, 'users.acl');
  const credential = password === null ? 'nopass' : `#${createHash('sha256').update(password).digest('hex')}`;
  await writeFile(file, [`user default on ${credential} ~* &* +@all`, ...users, ''].join('\n'), { mode: 0o600 });
  return file;
}
