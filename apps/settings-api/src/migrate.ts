import { createLogger, migrate, runProgram } from '@billing-mail/platform';
import { settingsSchema } from './settings.schema.js';
import { migrationUrl } from './settings.env.js';

void runProgram('settings-api migrate', async () => {
  const ran = await migrate(migrationUrl(), settingsSchema);
  createLogger('settings-api migrate', 'info').info({ ran }, ran.length === 0 ? 'the schema is up to date' : 'the schema was migrated');
});
