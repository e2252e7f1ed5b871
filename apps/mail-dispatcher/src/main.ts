import { createLogger, runService } from '@billing-mail/platform';
import { readDispatcherEnv } from './dispatcher.env.js';
import { createMailDispatcher } from './mail-dispatcher.js';

void runService('mail-dispatcher', async () => {
  const env = readDispatcherEnv();
  const logger = createLogger('mail-dispatcher', env.LOG_LEVEL);
  const app = await createMailDispatcher(env, logger);
  await app.listen(env.MAIL_DISPATCHER_PORT, env.HTTP_HOST);
  logger.info({ url: await app.getUrl() }, 'mail-dispatcher is ready');
});
