import { type NestExpressApplication } from '@nestjs/platform-express';
import { createHttpService, type Logger, transportServer, requireMigrated } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { EXAMPLES } from './openapi-examples.js';
import { type SettingsEnv } from './settings.env.js';

// The settings have no limit on CC and BCC; this is enough for about 40,000 addresses.
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/**
 * Builds settings-api, which answers on Redis as soon as Redis is available. The caller lets it listen for HTTP.
 * @throws PendingMigrationsError, or the error of PostgreSQL
 */
export async function createSettingsApi(given: SettingsEnv, logger: Logger): Promise<NestExpressApplication> {
  // Copies the environment, because all users of one environment object share its connections to Redis: closing another settings-api in
  // this process must not close the connections of this one.
  const env = { ...given };
  return createHttpService({
    module: AppModule.with(env, logger),
    title: 'settings-api',
    description: "Teams' settings for E-mail delivery",
    examples: EXAMPLES,
    env,
    logger,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    prepare: async (app) => {
      await requireMigrated(app.get(DataSource), 'settings-api');
      app.connectMicroservice(transportServer(env));
      await app.init();
      await app.startAllMicroservices();
    },
  });
}
