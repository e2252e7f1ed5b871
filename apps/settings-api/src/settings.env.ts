import { environmentSchema, readEnvironment, readMigrationUrl, variables } from '@billing-mail/platform';
import { z } from 'zod';

// A path is enough if a proxy serves all services under one origin, whatever host name the browser uses.
const PATH_OF_THIS_ORIGIN = /^\/\w[\w./-]*$/;
const publicUrl = (port: number, service: string) =>
  z
    .string()
    .refine(
      (value) => PATH_OF_THIS_ORIGIN.test(value) || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)),
      "must be a URL that begins with https:// or http://, or a path of the page's own origin",
    )
    .transform((value) => value.replace(/\/$/, ''))
    .default(`http://127.0.0.1:${port}`)
    .meta({
      description: `where a browser finds ${service}: a URL, or a path such as \`/api/x\` behind a proxy that also serves the page`,
    });

const issuer = (provider: string) =>
  z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://id.example.com' })
    .optional()
    .meta({
      description: `issuer URL of ${provider}; set it only for a separate cloud of the provider, or for tests`,
    });
const clientId = (provider: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({
      description: `the platform's app at ${provider}, with which teams connect their mailboxes; without it each team needs its own app`,
    });
const clientSecret = (provider: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ description: `secret of the platform's app at ${provider}`, secret: true });

/** The environment variables of settings-api. */
export const settingsEnvironment = environmentSchema({
  SETTINGS_API_PORT: variables.SETTINGS_API_PORT,
  SECRET_KEYS: variables.SECRET_KEYS,
  SMTP_CONNECT_TIMEOUT: variables.SMTP_CONNECT_TIMEOUT,
  SMTP_REPLY_TIMEOUT: variables.SMTP_REPLY_TIMEOUT,
  SMTP_FINAL_REPLY_TIMEOUT: variables.SMTP_FINAL_REPLY_TIMEOUT,
  SMTP_ALLOWED_NETWORKS: variables.SMTP_ALLOWED_NETWORKS,
  SMTP_ALLOWED_PORTS: variables.SMTP_ALLOWED_PORTS,
  SMTP_CA_FILE: variables.SMTP_CA_FILE,
  SMTP_CLIENT_NAME: variables.SMTP_CLIENT_NAME,
  MAIL_DISPATCHER_PUBLIC_URL: publicUrl(4101, 'mail-dispatcher'),
  NOTIFICATION_SERVICE_PUBLIC_URL: publicUrl(4102, 'notification-service'),
  CONSOLE_URL: variables.CONSOLE_URL,
  OAUTH_ALLOWED_NETWORKS: variables.OAUTH_ALLOWED_NETWORKS,
  OAUTH_MICROSOFT_CLIENT_ID: clientId('Microsoft'),
  OAUTH_MICROSOFT_CLIENT_SECRET: clientSecret('Microsoft'),
  OAUTH_MICROSOFT_ISSUER: issuer('Microsoft'),
  OAUTH_GOOGLE_CLIENT_ID: clientId('Google'),
  OAUTH_GOOGLE_CLIENT_SECRET: clientSecret('Google'),
  OAUTH_GOOGLE_ISSUER: issuer('Google'),
  PLATFORM_FROM_ADDRESS: variables.PLATFORM_FROM_ADDRESS.optional(),
});
export type SettingsEnv = z.output<typeof settingsEnvironment>;

/** Reads the environment. @throws EnvironmentError that names each wrong variable */
export const readSettingsEnv = (): SettingsEnv => readEnvironment(settingsEnvironment, process.env);

export const migrationUrl = (): string => readMigrationUrl(process.env);

/** Rotating keys needs only the database and the keys. */
export const readKeyRotationEnvironment = () =>
  readEnvironment(z.object({ DATABASE_URL: variables.DATABASE_URL, SECRET_KEYS: variables.SECRET_KEYS }), process.env);
