// A private PostgreSQL server for each spec file. It is a copy of a ready-made empty cluster, so a client is connected after 0.2 s.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newScratchFolder, scratchRoot } from '../processes/scratch-folder.js';
import {
  createPostgresCluster,
  POSTGRES_ROLE,
  postgresVersion,
  startPostgresServer,
  stopPostgresServer,
  type PostgresShutdown,
  type ServerProcess,
} from '@billing-mail/local-servers';

const run = promisify(execFile);

/** A database, empty at first, on a server that nobody else uses. */
export type TestDatabase = {
  /** Stays the same after `halt` and `start`. */
  url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** Stops the server and keeps its data and port. `immediate` is a crash. */
  halt(mode?: PostgresShutdown): Promise<void>;
  /** Starts the server again after `halt`. */
  start(): Promise<void>;
  /** `halt` and `start`. */
  restart(mode?: PostgresShutdown): Promise<void>;
};

/** Starts a private PostgreSQL on 127.0.0.1 with an empty database. It ends with this process at the latest. */
export async function startTestDatabase(): Promise<TestDatabase> {
  const folder = await newScratchFolder('postgres');
  await run('cp', ['-a', await emptyCluster(), folder]);
  let port = 0;
  let server: ServerProcess | null = null;
  const start = async (): Promise<void> => {
    if (server?.isRunning()) return;
    const started = await startPostgresServer({ dataFolder: folder, port, durable: false });
    server = started.process;
    if (port !== 0 && started.port !== port) throw new Error(`Somebody took port ${port} while PostgreSQL was down.`);
    port = started.port;
  };
  const halt = async (mode: PostgresShutdown = 'fast'): Promise<void> => {
    if (server) await stopPostgresServer(server, mode);
  };
  await start();
  return {
    url: `postgres://${POSTGRES_ROLE}@127.0.0.1:${port}/postgres`,
    start,
    halt,
    restart: async (mode) => {
      await halt(mode);
      await start();
    },
    stop: async () => {
      await halt('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Returns the folder of an empty cluster to copy: initdb takes 0.7 s, a copy of its result 0.1 s. It is made anew each day, because systems
 * that clean their temporary folder remove single old files from it. Two processes may make it at once: the first to rename wins.
 */
export async function emptyCluster(): Promise<string> {
  const root = scratchRoot();
  const name = `postgres-empty-${postgresVersion()}-`;
  const template = join(root, `${name}${isoDay(0)}`);
  if (existsSync(template)) return template;
  const outdated = (await readdir(root)).filter((entry) => entry.startsWith('postgres-empty-') && entry.slice(-10) < isoDay(-1));
  await Promise.all(outdated.map((entry) => rm(join(root, entry), { recursive: true, force: true })));
  const fresh = await newScratchFolder('postgres-new');
  await createPostgresCluster(fresh, null);
  await rename(fresh, template).catch(async (error: NodeJS.ErrnoException) => {
    await rm(fresh, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return template;
}

const isoDay = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
