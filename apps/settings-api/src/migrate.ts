import { runMigration } from '@billing-mail/platform';
import { migrationUrl } from './settings.env.js';
import { settingsSchema } from './settings.schema.js';

void runMigration('settings-api', migrationUrl, settingsSchema);
