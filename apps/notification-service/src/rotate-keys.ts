import { createLogger, dataSourceOptions, requireMigrated, runProgram } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { resealWebhookKeys } from './channels/webhook/reseal-webhook-keys.js';
import { readKeyRotationEnvironment } from './notification.env.js';
import { notifySchema } from './notify.schema.js';

const NAME = 'notification-service rotate-keys';

void runProgram(NAME, async () => {
  const { DATABASE_URL, NOTIFICATION_SECRET_KEYS } = readKeyRotationEnvironment();
  const logger = createLogger(NAME, 'info');
  const source = await new DataSource(dataSourceOptions(DATABASE_URL, notifySchema, { poolSize: 2, applicationName: NAME })).initialize();
  try {
    await requireMigrated(source, 'notification-service');
    const { keys, moved, left } = await resealWebhookKeys(source, NOTIFICATION_SECRET_KEYS);
    logger.info({ keys, moved, left: left.length }, `${moved} of ${keys} keys of webhooks were sealed anew with the first key`);
    for (const teamId of left) logger.error({ teamId }, 'a key of a webhook is not sealed with the first key');
    if (left.length > 0) process.exitCode = 1;
  } finally {
    await source.destroy();
  }
});
