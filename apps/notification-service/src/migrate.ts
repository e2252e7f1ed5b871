import { createLogger, migrate, runService } from '@billing-mail/platform';
import { readNotificationEnv } from './notification.env.js';
import { NOTIFY_SCHEMA } from './notify.schema.js';

void runService('notification-service', async () => {
  const env = readNotificationEnv();
  const ran = await migrate(env.DATABASE_URL, NOTIFY_SCHEMA);
  createLogger('notification-service', env.LOG_LEVEL).info({ ran }, 'migrated');
});
