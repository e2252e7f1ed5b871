// What `npm run doctor` says of DOCUMENT_STORE_URL: whether it can be used, and whether it is the store that the database knows.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from './workspace.mjs';

const documents = join(workspaceRoot, 'apps', 'mail-dispatcher', 'dist', 'documents', 'open-document-store.js');
const name = 'documents';

/** What is wrong, or nothing. A folder is made by the first start; a bucket is written to for a moment. */
export async function checkDocumentStore({ DOCUMENT_STORE_URL: url, DATABASE_URL: databaseUrl }) {
  if (!url) return [];
  if (!existsSync(documents)) return [{ name, ok: false, cure: 'npm run build, so that they can be looked at' }];
  const { openDocumentStore } = await import(documents);
  try {
    const store = openDocumentStore(url);
    if (url.startsWith('s3:')) await store.check();
    const id = await store.id();
    const known = databaseUrl ? await knownTo(databaseUrl) : null;
    if (known !== null && id !== null && id !== known.id)
      return [{ name, ok: false, cure: `${store.place} belongs to another database; give each its own` }];
    if (known !== null && id === null && known.place !== null)
      return [{ name, ok: false, cure: `${store.place} is not the store that the database knows: ${known.place}` }];
    return [{ name, ok: true, detail: id === null ? `${store.place}, given to the database by the first start` : store.place }];
  } catch (error) {
    return [{ name, ok: false, cure: `see that the store can be used: ${error.message}` }];
  }
}

/** `null` where there are no tables yet. */
async function knownTo(databaseUrl) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT to_regclass('dispatch.document_store') IS NOT NULL AS is_there");
    return rows[0].is_there ? (await client.query('SELECT id, place FROM dispatch.document_store')).rows[0] : null;
  } finally {
    await client.end();
  }
}
