import { createLogger, runService, startTracing } from '@billing-mail/platform';
import { clientNameFor } from '@billing-mail/smtp-client';
import { readDispatcherEnv } from './dispatcher.env.js';
import { createMailDispatcher } from './mail-dispatcher.js';

void runService('mail-dispatcher', async () => {
  const env = readDispatcherEnv();
  const logger = createLogger('mail-dispatcher', env.LOG_LEVEL);
  await startTracing('mail-dispatcher', env, logger);
  const app = await createMailDispatcher(env, logger);
  await app.listen(env.MAIL_DISPATCHER_PORT, env.HTTP_HOST);
  const { weakness } = clientNameFor(env.SMTP_CLIENT_NAME);
  if (weakness !== null) logger.warn({ step: 'client-name' }, weakness);
  logger.info({ url: await app.getUrl() }, 'mail-dispatcher is ready');
  return { app, env, logger };
});
