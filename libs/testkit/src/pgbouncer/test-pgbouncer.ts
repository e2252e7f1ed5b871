// A private PgBouncer in front of a PostgreSQL server, as many operators use it: each transaction gets any free connection to the server.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverAccount, findProgram, findFreePort } from '@billing-mail/local-servers';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { startServerProcess } from '../processes/server-process.js';

export type TestPgBouncer = {
  /** URL of the same database through PgBouncer. */
  url: string;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
};

/** Starts a PgBouncer on 127.0.0.1 in transaction mode; rejects if the program is missing. It ends with this process at the latest. */
export async function startTestPgBouncer(databaseUrl: string): Promise<TestPgBouncer> {
  const folder = await newScratchFolder('pgbouncer');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const behind = new URL(databaseUrl);
  const port = await findFreePort();
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${behind.username}" "${decodeURIComponent(behind.password)}"\n`, { mode: 0o600 });
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: users,
    pool_mode: 'transaction',
    default_pool_size: 10,
    max_client_conn: 200,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(file, ['[databases]', `* = host=127.0.0.1 port=${behind.port}`, '[pgbouncer]', ...lines, ''].join('\n'), { mode: 0o600 });
  const server = await startServerProcess({
    command: findProgram('pgbouncer') ?? 'pgbouncer',
    args: [file],
    ready: /process up/,
    readyWithinMs: 60_000,
    deathSignal: 'TERM',
    account: serverAccount(),
  });
  behind.port = String(port);
  return {
    url: behind.href,
    stop: async () => {
      // SIGTERM ends it at once, SIGINT would wait for transactions (pgbouncer(1)).
      await server.end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
