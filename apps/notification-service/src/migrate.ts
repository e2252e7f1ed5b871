import { createLogger, migrate, runProgram } from '@billing-mail/platform';
import { migrationUrl } from './notification.env.js';
import { notifySchema } from './notify.schema.js';

void runProgram('notification-service migrate', async () => {
  const ran = await migrate(migrationUrl(), notifySchema);
  createLogger('notification-service migrate', 'info').info(
    { ran },
    ran.length === 0 ? 'the schema is up to date' : 'the schema was migrated',
  );
});
