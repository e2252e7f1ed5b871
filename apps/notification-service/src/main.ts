import { createLogger, runService, startTracing } from '@billing-mail/platform';
import { clientNameFor } from '@billing-mail/smtp-client';
import { createNotificationService } from './notification-service.js';
import { readNotificationEnv } from './notification.env.js';

void runService('notification-service', async () => {
  const env = readNotificationEnv();
  const logger = createLogger('notification-service', env.LOG_LEVEL);
  await startTracing('notification-service', env, logger);
  const app = await createNotificationService(env, logger);
  await app.listen(env.NOTIFICATION_SERVICE_PORT, env.HTTP_HOST);
  const { weakness } = clientNameFor(env.SMTP_CLIENT_NAME);
  if (weakness !== null) logger.warn({ step: 'client-name' }, weakness);
  logger.info({ url: await app.getUrl() }, 'notification-service is ready');
  return { app, env, logger };
});
