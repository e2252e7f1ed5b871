import { environmentSchema, readEnvironment, variables } from '@billing-mail/platform';
import { z } from 'zod';

/** What settings-api reads from the environment. */
export const settingsEnvironment = environmentSchema({
  SETTINGS_API_PORT: variables.SETTINGS_API_PORT,
  SECRET_KEYS: variables.SECRET_KEYS,
  SMTP_CONNECT_TIMEOUT: variables.SMTP_CONNECT_TIMEOUT,
  SMTP_REPLY_TIMEOUT: variables.SMTP_REPLY_TIMEOUT,
  SMTP_FINAL_REPLY_TIMEOUT: variables.SMTP_FINAL_REPLY_TIMEOUT,
  SMTP_ALLOWED_NETWORKS: variables.SMTP_ALLOWED_NETWORKS,
  SMTP_ALLOWED_PORTS: variables.SMTP_ALLOWED_PORTS,
  SMTP_CLIENT_NAME: variables.SMTP_CLIENT_NAME,
});
export type SettingsEnvironment = z.output<typeof settingsEnvironment>;

/** @throws EnvironmentError naming each variable that is wrong. */
export const readSettingsEnvironment = (): SettingsEnvironment => readEnvironment(settingsEnvironment, process.env);

/** Migrating needs the database only, so that it can run where no other secret is at hand. */
export const readMigrationEnvironment = () => readEnvironment(z.object({ DATABASE_URL: variables.DATABASE_URL }), process.env);
