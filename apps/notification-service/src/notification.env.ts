// The environment of notification-service; nothing else here reads process.env.
import { atLeastADay, DAY_MS, environmentSchema, readEnvironment, readMigrationUrl, variables } from '@billing-mail/platform';
import { z } from 'zod';

export const notificationEnvironment = environmentSchema({
  NOTIFICATION_SERVICE_PORT: variables.NOTIFICATION_SERVICE_PORT,
  PLATFORM_SMTP_URL: variables.PLATFORM_SMTP_URL,
  PLATFORM_SMTP_CA_FILE: variables.PLATFORM_SMTP_CA_FILE,
  ALERT_SMTP_URL: variables.ALERT_SMTP_URL,
  PLATFORM_FROM_ADDRESS: variables.PLATFORM_FROM_ADDRESS,
  SMTP_CLIENT_NAME: variables.SMTP_CLIENT_NAME,
  CONSOLE_URL: variables.CONSOLE_URL,
  NOTIFICATION_SECRET_KEYS: variables.NOTIFICATION_SECRET_KEYS,
  WEBHOOK_ALLOWED_NETWORKS: variables.WEBHOOK_ALLOWED_NETWORKS,
  RETENTION_NOTIFICATIONS: atLeastADay.default(30 * DAY_MS).meta({ description: 'how long notifications are kept' }),
  RETENTION_EVENTS: atLeastADay
    .default(30 * DAY_MS)
    .meta({ description: 'how long the service remembers which outcomes it has told, and keeps outcomes that it could not read' }),
  OPERATOR_ADDRESS: z
    .email('must be an e-mail address')
    .optional()
    .meta({ description: "address of the platform's operator, who gets an e-mail before the signing certificate expires" }),
});
export type NotificationEnv = z.output<typeof notificationEnvironment>;

export const readNotificationEnv = (source: NodeJS.ProcessEnv = process.env): NotificationEnv =>
  readEnvironment(notificationEnvironment, withKeys(source));

/** If this service has no keys of its own, it seals the keys of webhooks with those of the other services, as earlier versions did. */
function withKeys(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (source['NOTIFICATION_SECRET_KEYS'] || source['NOTIFICATION_SECRET_KEYS_FILE']) return source;
  return { ...source, NOTIFICATION_SECRET_KEYS: source['SECRET_KEYS'], NOTIFICATION_SECRET_KEYS_FILE: source['SECRET_KEYS_FILE'] };
}

/** Rotating keys needs only the database and the keys. */
export const readKeyRotationEnvironment = () =>
  readEnvironment(
    z.object({ DATABASE_URL: variables.DATABASE_URL, NOTIFICATION_SECRET_KEYS: variables.NOTIFICATION_SECRET_KEYS }),
    withKeys(process.env),
  );

export const migrationUrl = (): string => readMigrationUrl(process.env);

/** Injection token of the environment. */
export const NOTIFICATION_ENV = Symbol('NOTIFICATION_ENV');
