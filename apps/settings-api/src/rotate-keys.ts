import { createLogger, dataSourceOptions, requireMigrated, runProgram } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { settingsSchema } from './settings.schema.js';
import { readKeyRotationEnvironment } from './settings.env.js';
import { resealSecrets } from './smtp-account/reseal-secrets.js';

const NAME = 'settings-api rotate-keys';

void runProgram(NAME, async () => {
  const { DATABASE_URL, SECRET_KEYS } = readKeyRotationEnvironment();
  const logger = createLogger(NAME, 'info');
  const source = await new DataSource(dataSourceOptions(DATABASE_URL, settingsSchema, { poolSize: 2, applicationName: NAME })).initialize();
  try {
    await requireMigrated(source, 'settings-api');
    const { secrets, moved, left } = await resealSecrets(source, SECRET_KEYS);
    logger.info({ secrets, moved, left: left.length }, `${moved} of ${secrets} secrets were sealed anew with the first key`);
    for (const { teamId, reason } of left) logger.error({ teamId, reason }, 'a secret is not sealed with the first key');
    if (left.length > 0) process.exitCode = 1;
    else logger.info('no secret needs any key but the first: remove the others from SECRET_KEYS');
  } finally {
    await source.destroy();
  }
});
