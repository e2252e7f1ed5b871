import { createLogger, runService, startTracing } from '@billing-mail/platform';
import { clientNameFor } from '@billing-mail/smtp-client';
import { createSettingsApi } from './settings-api.js';
import { readSettingsEnv } from './settings.env.js';

void runService('settings-api', async () => {
  const env = readSettingsEnv();
  const logger = createLogger('settings-api', env.LOG_LEVEL);
  await startTracing('settings-api', env, logger);
  const app = await createSettingsApi(env, logger);
  await app.listen(env.SETTINGS_API_PORT, env.HTTP_HOST);
  const { weakness } = clientNameFor(env.SMTP_CLIENT_NAME);
  if (weakness !== null) logger.warn({ step: 'client-name' }, weakness);
  logger.info({ url: await app.getUrl() }, 'settings-api is ready');
  return { app, env, logger };
});
