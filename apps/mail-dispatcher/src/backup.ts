import { dumpSchema, loadSchema, onConnection, runOperation } from '@billing-mail/platform';
import { heldDeliveries, holdOpenDeliveries, resumeHeldDeliveries } from './claiming/held-deliveries.js';
import { dispatchSchema } from './dispatch.schema.js';
import { documentStoreUrl, migrationUrl } from './dispatcher.env.js';
import { bringDocuments, keepDocuments, listDocuments } from './documents/copy-documents.js';
import { openDocumentStore } from './documents/open-document-store.js';

const place = (folder: string) => ({ databaseUrl: migrationUrl(), schema: dispatchSchema.name, folder });
const store = () => openDocumentStore(documentStoreUrl());

runOperation('mail-dispatcher backup', {
  dump: (folder = '', snapshot = '') => dumpSchema(place(folder), snapshot, (client) => listDocuments(client, folder)),
  'keep-documents': (folder = '') => keepDocuments(store(), folder),
  'bring-documents': async (folder = '') => ({ brought: await bringDocuments(store(), folder) }),
  // Holds the deliveries in the transaction that restores the rows, so that no dispatcher sees a delivery that it could send.
  load: (folder = '') =>
    loadSchema(place(folder), async (client) => {
      // The documents are restored to another store, which replaces the one that the database knew.
      await client.query('UPDATE dispatch.document_store SET place = NULL');
      return { held: await holdOpenDeliveries(client) };
    }),
  hold: () => onConnection(migrationUrl(), async (client) => ({ held: await holdOpenDeliveries(client) })),
  held: () => onConnection(migrationUrl(), async (client) => ({ held: await heldDeliveries(client) })),
  resume: () => onConnection(migrationUrl(), async (client) => ({ resumed: await resumeHeldDeliveries(client) })),
});
