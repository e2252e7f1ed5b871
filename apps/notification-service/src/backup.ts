import { dumpSchema, loadSchema, runOperation } from '@billing-mail/platform';
import { giveUpOpenEmails } from './channels/email/give-up-open-emails.js';
import { migrationUrl } from './notification.env.js';
import { notifySchema } from './notify.schema.js';

const place = (folder: string) => ({ databaseUrl: migrationUrl(), schema: notifySchema.name, folder });

runOperation('notification-service backup', {
  dump: (folder = '', snapshot = '') => dumpSchema(place(folder), snapshot),
  load: (folder = '') => loadSchema(place(folder), async (client) => ({ emails: await giveUpOpenEmails(client) })),
});
