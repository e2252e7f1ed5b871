// Checks whether the document store can be used, and whether it is the one that belongs to the database.
import { join } from 'node:path';
import { onConnection } from '@billing-mail/platform';
import { workspaceRoot } from '../workspace.js';
import { type Finding, fine, notSet, reasonOf, wrong } from './finding.js';
import { type SiteEnvironment } from './site.js';

const ABOUT = 'documents';

type Store = { place: string; id(): Promise<string | null>; check(): Promise<void> };
type OpenModule = { openDocumentStore: (url: string) => Store };

/** Checks the store. For every store except a folder, this briefly writes to it. */
export async function lookAtDocumentStore(env: SiteEnvironment): Promise<Finding[]> {
  const url = env.DOCUMENT_STORE_URL;
  if (url === undefined) return [notSet(ABOUT, 'DOCUMENT_STORE_URL')];
  // By path, as no code may depend on a service.
  const file = join(workspaceRoot, 'apps', 'mail-dispatcher', 'dist', 'documents', 'open-document-store.js');
  const { openDocumentStore } = (await import(file)) as OpenModule;
  try {
    const store = openDocumentStore(url);
    // If the folder is missing, `check` would create it, and it would belong to whoever runs the doctor and not to the dispatcher.
    if (!url.startsWith('file:')) await store.check();
    const [id, known] = await Promise.all([store.id(), knownStore(env)]);
    if (known !== null && id !== null && id !== known.id)
      return [wrong(ABOUT, `${store.place} belongs to another database`, 'give each database its own store')];
    if (known !== null && id === null && known.place !== null)
      return [
        wrong(ABOUT, `${store.place} is not the store that the database knows: ${known.place}`, 'let DOCUMENT_STORE_URL name that one'),
      ];
    return [fine(ABOUT, id === null ? `${store.place}, given to the database by the first start` : store.place)];
  } catch (error) {
    return [wrong(ABOUT, reasonOf(error), 'see that the store can be used')];
  }
}

/** Returns the store that the database knows, or `null` if there is no database or its tables are missing or unreadable. */
async function knownStore({ MIGRATION_DATABASE_URL, DATABASE_URL }: SiteEnvironment): Promise<{ id: string; place: string | null } | null> {
  const url = MIGRATION_DATABASE_URL ?? DATABASE_URL;
  if (url === undefined) return null;
  return onConnection(url, async (client) => {
    const { rows } = await client.query<{ readable: boolean | null }>(
      `SELECT has_table_privilege(oid, 'SELECT') AS readable FROM pg_class WHERE relname = 'document_store' AND relnamespace = to_regnamespace('dispatch')
       AND has_schema_privilege(relnamespace, 'USAGE')`,
    );
    if (rows[0]?.readable !== true) return null;
    const known = await client.query<{ id: string; place: string | null }>('SELECT id, place FROM dispatch.document_store');
    return known.rows[0] ?? null;
  });
}
