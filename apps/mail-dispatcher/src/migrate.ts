import { createLogger, migrate, runProgram } from '@billing-mail/platform';
import { dispatchSchema } from './dispatch.schema.js';
import { migrationUrl } from './dispatcher.env.js';

void runProgram('mail-dispatcher migrate', async () => {
  const ran = await migrate(migrationUrl(), dispatchSchema);
  createLogger('mail-dispatcher migrate', 'info').info({ ran }, ran.length === 0 ? 'the schema is up to date' : 'the schema was migrated');
});
