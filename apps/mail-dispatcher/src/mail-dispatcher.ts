import { type NestExpressApplication } from '@nestjs/platform-express';
import { type PaceWindows, REAL_WINDOWS } from '@billing-mail/mail-core';
import { createHttpService, type Logger, transportServer, requireMigrated } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { dispatchSchema } from './dispatch.schema.js';
import { type DispatcherEnv } from './dispatcher.env.js';
import { EXAMPLES } from './openapi-examples.js';

/** Two texts, names and recipients. */
const textLimit = (env: DispatcherEnv): number => 4 * env.MAX_BODY_BYTES + 2 * 1024 * 1024;
/** Attachments travel as base64 (4/3) in a body of JSON, or as they are in an upload. */
const bodyLimit = (env: DispatcherEnv): number => Math.ceil((env.MAX_ATTACHMENT_BYTES * 4) / 3) + textLimit(env);

/** Builds mail-dispatcher, ready to listen for HTTP; it takes jobs and sends as soon as it is initialised. */
export async function createMailDispatcher(
  given: DispatcherEnv,
  logger: Logger,
  windows: PaceWindows = REAL_WINDOWS,
): Promise<NestExpressApplication> {
  // Its connections to Redis are known by its environment, so that the end of another in this process is not theirs.
  const env = { ...given };
  const app = await createHttpService({
    module: AppModule.with(env, logger, windows),
    title: 'mail-dispatcher',
    description: 'Turns one billing document into one settled delivery',
    examples: EXAMPLES,
    env,
    logger,
    bodyLimitBytes: bodyLimit(env),
    uploadTextBytes: textLimit(env),
    // Its promises are many, and its lines name what they are about.
    logsRequestIds: false,
    rawBodies: ['message/rfc822'],
  });
  try {
    await requireMigrated(app.get(DataSource), 'mail-dispatcher', dispatchSchema.needs);
    app.connectMicroservice(transportServer(env));
    await app.startAllMicroservices();
    await app.init();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}
