import { dumpSchema, loadSchema, runOperation } from '@billing-mail/platform';
import { settingsSchema } from './settings.schema.js';
import { migrationUrl } from './settings.env.js';

const place = (folder: string) => ({ databaseUrl: migrationUrl(), schema: settingsSchema.name, folder });

runOperation('settings-api backup', {
  dump: (folder = '', snapshot = '') => dumpSchema(place(folder), snapshot),
  load: (folder = '') => loadSchema(place(folder), () => Promise.resolve({})),
});
