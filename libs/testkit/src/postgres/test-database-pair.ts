// A PostgreSQL pair that can fail over: a primary, and a standby that has each commit before it is acknowledged.
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { newScratchFolder } from '../processes/scratch-folder.js';
import { POSTGRES_ROLE, serverAccount, startPostgresServer, stopPostgresServer } from '@billing-mail/local-servers';
import { emptyCluster } from './test-database.js';

const run = promisify(execFile);

export type TestDatabasePair = {
  primaryUrl: string;
  standbyUrl: string;
  /** kill -9. */
  killPrimary(): Promise<void>;
  /** Promotes the standby; resolves when it accepts writes. */
  promote(): Promise<void>;
  /** Ends both and removes their data. */
  stop(): Promise<void>;
};

/** Starts both with an empty database; resolves when the standby follows. They end with this process at the latest. */
export async function startTestDatabasePair(): Promise<TestDatabasePair> {
  const folders = [await newScratchFolder('primary'), await newScratchFolder('standby')] as const;
  // Both are copies of the same cluster, which never ran; the standby fetches everything that the primary has written since.
  for (const folder of folders) await run('cp', ['-a', await emptyCluster(), folder]);
  const urlOf = (port: number): string => `postgres://${POSTGRES_ROLE}@127.0.0.1:${port}/postgres`;
  const common = { port: 0, durable: false };
  const primary = await startPostgresServer({
    ...{ ...common, dataFolder: folders[0] },
    settings: { wal_keep_size: '1GB', synchronous_standby_names: '*' },
  });
  const signal = join(folders[1], 'standby.signal');
  await writeFile(signal, '');
  const account = serverAccount();
  if (account) await run('chown', [`${account.uid}:${account.gid}`, signal]);
  const standby = await startPostgresServer({
    ...{ ...common, dataFolder: folders[1] },
    settings: { primary_conninfo: `host=127.0.0.1 port=${primary.port} user=${POSTGRES_ROLE}` },
  });
  const [primaryUrl, standbyUrl] = [urlOf(primary.port), urlOf(standby.port)];
  while (!(await isSo(primaryUrl, `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync') AS so`)));
  return {
    primaryUrl,
    standbyUrl,
    killPrimary: () => primary.process.end('SIGKILL'),
    promote: async () => void (await isSo(standbyUrl, 'SELECT pg_promote(true, 600) AS so')),
    stop: async () => {
      await Promise.all([primary, standby].map((server) => stopPostgresServer(server.process, 'immediate')));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

async function isSo(url: string, question: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ so: boolean }>(question)).rows[0]?.so === true;
  } finally {
    await client.end();
  }
}
