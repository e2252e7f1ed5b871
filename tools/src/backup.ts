// Backs up everything that the product stores, and restores it. The rows of the three services are of the same moment: each
// service dumps its own schema from the snapshot that is exported here. The documents follow: they are stored under their hashes,
// so their contents do not change.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { onConnection, readMigrationUrl, SCHEMA_OF, type ServiceWithSchema } from '@billing-mail/platform';
import { askService } from './ask-service.js';
import { migrateSchemas } from './migrate-schemas.js';
import { CurableError, type RunStep } from './step.js';
import { workspaceRoot } from './workspace.js';

/** A folder without this file is not a backup. */
const MANIFEST = 'backup.json';
/** The format of `sha256sum --check`. */
const SUMS = 'SHA256SUMS';
// The dispatcher comes last: nothing can be sent until its rows are there.
const SERVICES: readonly ServiceWithSchema[] = ['settings-api', 'notification-service', 'mail-dispatcher'];

type Manifest = { format: 1; takenAt: string; version: string };
export type HeldOfTeam = { teamId: string; deliveries: number };
export type Restored = { takenAt: string; held: HeldOfTeam[]; emails: number; documents: number };

/** Writes a backup into a new folder while the services run. Resolves with the hashes of documents that the store no longer has. */
export async function backup(folder: string, environment: NodeJS.ProcessEnv, step: RunStep): Promise<string[]> {
  const to = resolve(folder);
  if (existsSync(to)) throw new CurableError(`${to} already exists.`, 'name a folder that does not exist.');
  const unfinished = `${to}.unfinished`;
  await mkdir(unfinished, { mode: 0o700 });
  const takenAt = await step('Rows', () =>
    onConnection(readMigrationUrl(environment), async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      const { rows } = await client.query<{ snapshot: string; now: Date }>('SELECT pg_export_snapshot() AS snapshot, now()');
      const [{ snapshot, now } = { snapshot: '', now: new Date() }] = rows;
      for (const service of SERVICES) await ask(service, environment, 'dump', unfinished, snapshot);
      return now.toISOString();
    }),
  );
  const missing = await step('Documents', async (say) => {
    const result = await ask<{ copied: number; missing: string[] }>('mail-dispatcher', environment, 'keep-documents', unfinished);
    say(`${result.copied} documents`);
    return result.missing;
  });
  const { version } = JSON.parse(await readFile(join(workspaceRoot, 'package.json'), 'utf8')) as { version: string };
  const manifest: Manifest = { format: 1, takenAt, version };
  await writeFile(join(unfinished, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await step('Check sums', async () => writeFile(join(unfinished, SUMS), await sumsOf(unfinished), { mode: 0o600 }));
  await rename(unfinished, to);
  return missing;
}

/** Fills an empty database and the document store from a backup. Deliveries that were open at that time are held until `resume`. */
export async function restore(folder: string, environment: NodeJS.ProcessEnv, step: RunStep): Promise<Restored> {
  const from = resolve(folder);
  if (!existsSync(join(from, MANIFEST))) throw new CurableError(`${from} is not a backup.`, 'name a folder that a backup has made.');
  const { takenAt, version } = JSON.parse(await readFile(join(from, MANIFEST), 'utf8')) as Manifest;
  await step('Check sums', async () => {
    if ((await sumsOf(from)) !== (await readFile(join(from, SUMS), 'utf8')))
      throw new CurableError(
        'The backup is not as it was made.',
        `take another one; "sha256sum --check --quiet ${SUMS}" there names what has changed.`,
      );
  });
  await requireEmpty(environment);
  await step('Tables', () => migrateSchemas(environment));
  // Documents come first, so that no row ever refers to a missing document.
  const { brought } = await step('Documents', () => ask<{ brought: number }>('mail-dispatcher', environment, 'bring-documents', from));
  const results = await step('Rows', async () => {
    const answers: object[] = [];
    for (const service of SERVICES) answers.push(await ask(service, environment, 'load', from).catch(explainedFor(version)));
    return Object.assign({}, ...answers) as { held: HeldOfTeam[]; emails: number };
  });
  return { takenAt, documents: brought, ...results };
}

/**
 * Holds the open deliveries of a database that was restored in another way. A dispatcher that is working on
 * one meanwhile stops at its gate.
 */
export const hold = async (environment: NodeJS.ProcessEnv): Promise<HeldOfTeam[]> =>
  (await ask<{ held: HeldOfTeam[] }>('mail-dispatcher', environment, 'hold')).held;

/** Returns what is held, by team. */
export const held = async (environment: NodeJS.ProcessEnv): Promise<HeldOfTeam[]> =>
  (await ask<{ held: HeldOfTeam[] }>('mail-dispatcher', environment, 'held')).held;

/** Releases everything that is held, which only the operator may decide. Resolves with the number of deliveries. */
export const resume = async (environment: NodeJS.ProcessEnv): Promise<number> =>
  (await ask<{ resumed: number }>('mail-dispatcher', environment, 'resume')).resumed;

async function requireEmpty(environment: NodeJS.ProcessEnv): Promise<void> {
  const schemas = Object.values(SCHEMA_OF);
  const present = await onConnection(readMigrationUrl(environment), async (client) => {
    const { rows } = await client.query<{ nspname: string }>('SELECT nspname FROM pg_namespace WHERE nspname = ANY ($1)', [schemas]);
    return rows.map(({ nspname }) => nspname);
  });
  if (present.length > 0)
    throw new CurableError(
      `The database has ${present.join(', ')} already; a restore fills an empty one.`,
      `make a new database, or end the services and run there: DROP SCHEMA IF EXISTS ${schemas.join(', ')} CASCADE`,
    );
}

const explainedFor =
  (version: string) =>
  (error: unknown): never => {
    if (!String(error).includes('The backup was made by')) throw error;
    throw new CurableError(
      `The tables of this version are not those of the backup, which version ${version} made.`,
      'drop the schemas, restore with the code of that version, then update.',
    );
  };

const ask = <T extends object>(service: ServiceWithSchema, environment: NodeJS.ProcessEnv, ...args: string[]): Promise<T> =>
  askService<T>(service, 'backup', environment, ...args);

/** Returns the checksum lines of all files except `SHA256SUMS`, sorted by name. */
async function sumsOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const lines: string[] = [];
  for (const file of files.filter((name) => name !== SUMS).sort()) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(join(folder, file))) hash.update(chunk as Buffer);
    lines.push(`${hash.digest('hex')}  ${file}\n`);
  }
  return lines.join('');
}
