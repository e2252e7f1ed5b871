import { type NestExpressApplication } from '@nestjs/platform-express';
import { createHttpService, type Logger, requireMigrated } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { type NotificationEnv } from './notification.env.js';
import { EXAMPLES } from './openapi-examples.js';

/**
 * Builds notification-service, ready to listen for HTTP. It takes outcomes and tells people as soon as it is initialised.
 * @throws PendingMigrationsError, or the error of PostgreSQL
 */
export async function createNotificationService(env: NotificationEnv, logger: Logger): Promise<NestExpressApplication> {
  return createHttpService({
    module: AppModule.with(env, logger),
    title: 'notification-service',
    description: 'Tells people what became of their billing documents: inbox, live stream, e-mail, webhook.',
    examples: EXAMPLES,
    env,
    logger,
    prepare: (app) => requireMigrated(app.get(DataSource), 'notification-service'),
  });
}
