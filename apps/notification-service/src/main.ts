import { createHttpService, createLogger, requireMigrated, runService, startTracing } from '@billing-mail/platform';
import { clientNameFor } from '@billing-mail/smtp-client';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { EXAMPLES } from './openapi-examples.js';
import { readNotificationEnv } from './notification.env.js';

void runService('notification-service', async () => {
  const env = readNotificationEnv();
  const logger = createLogger('notification-service', env.LOG_LEVEL);
  await startTracing('notification-service', env, logger);
  const app = await createHttpService({
    module: AppModule.with(env, logger),
    title: 'Billing Mail notification-service',
    description: 'Tells people what became of their billing documents: inbox, live stream, e-mail, webhook.',
    examples: EXAMPLES,
    env,
    logger,
  });
  await requireMigrated(app.get(DataSource), 'notification-service');
  await app.listen(env.NOTIFICATION_SERVICE_PORT, env.HTTP_HOST);
  const { weakness } = clientNameFor(env.SMTP_CLIENT_NAME);
  if (weakness !== null) logger.warn({ step: 'client-name' }, weakness);
  logger.info({ url: await app.getUrl() }, 'listening');
  return { app, env, logger };
});
