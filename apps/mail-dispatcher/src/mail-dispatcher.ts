import { type NestExpressApplication } from '@nestjs/platform-express';
import { type PaceWindows, REAL_WINDOWS } from '@billing-mail/mail-core';
import { createHttpService, type Logger, transportServer, requireMigrated } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { dispatchSchema } from './dispatch.schema.js';
import { type DispatcherEnv } from './dispatcher.env.js';
import { EXAMPLES } from './openapi-examples.js';

/** In bytes: the two texts (plain and HTML), and room for names and recipients. */
const textLimit = (env: DispatcherEnv): number => 4 * env.MAX_BODY_BYTES + 2 * 1024 * 1024;
/** Attachments come as base64 (4/3 of their size) in JSON, or unencoded in an upload. */
const bodyLimit = (env: DispatcherEnv): number => Math.ceil((env.MAX_ATTACHMENT_BYTES * 4) / 3) + textLimit(env);

/** Builds and initialises mail-dispatcher: it takes jobs and sends from then on, and is ready to listen for HTTP. */
export async function createMailDispatcher(
  given: DispatcherEnv,
  logger: Logger,
  windows: PaceWindows = REAL_WINDOWS,
): Promise<NestExpressApplication> {
  // A copy, because connections to Redis are shared per environment object: closing another dispatcher of this process must not close the
  // connections of this one.
  const env = { ...given };
  return createHttpService({
    module: AppModule.with(env, logger, windows),
    title: 'mail-dispatcher',
    description: 'Turns one billing document into one settled delivery',
    examples: EXAMPLES,
    env,
    logger,
    bodyLimitBytes: bodyLimit(env),
    uploadTextBytes: textLimit(env),
    // Request ids in AsyncLocalStorage would add a cost to each of the dispatcher's many promises. Its log lines name the ids themselves.
    logsRequestIds: false,
    rawBodies: ['message/rfc822'],
    prepare: async (app) => {
      await requireMigrated(app.get(DataSource), 'mail-dispatcher', dispatchSchema.needs);
      app.connectMicroservice(transportServer(env));
      await app.startAllMicroservices();
      await app.init();
    },
  });
}
