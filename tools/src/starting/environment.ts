import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { dataFolder } from '../workspace.js';
import { type CertificateFiles } from './certificates.js';
import { type Secrets } from './secrets.js';
import { type ServiceName } from './services.js';

/** A server's URL with full rights, and the URL for a service, with the rights for its own work. */
export type Address = { url: string; ofService: (service: ServiceName) => string };
export type DatabaseAddress = Address & { ofMigrator: string };
export type RedisAddress = Address & { ofInvoicing: string };

/** The addresses of the parts that were started here. */
export type Parts = {
  database: DatabaseAddress;
  redis: RedisAddress;
  platformSmtpUrl: string;
  platformFromAddress: string;
  certificates: CertificateFiles;
  secrets: Secrets;
  /** Ports of the local servers that the sample teams use. */
  localSmtpPorts: number[];
};

/** Delays before the second and third try on a development machine: production's 5 and 30 minutes would hide what happens. */
const SHORT_RETRY_DELAYS = '1s,2s';

/**
 * Returns the variables of all services (contract: Environment), except those with which each signs in. A variable that
 * is already set stays as it is.
 */
export function servicesEnvironment(parts: Parts): NodeJS.ProcessEnv {
  const { secrets, certificates } = parts;
  return {
    AUTH_JWT_SECRET: secrets.authJwtSecret,
    SECRET_KEYS: `dev1:${secrets.secretKey}`,
    NOTIFICATION_SECRET_KEYS: `dev2:${derivedKey(secrets, 'notification-service')}`,
    PLATFORM_SMTP_URL: parts.platformSmtpUrl,
    PLATFORM_FROM_ADDRESS: parts.platformFromAddress,
    SMIME_P12_FILE: certificates.p12File,
    SMIME_P12_PASSPHRASE: secrets.smimePassphrase,
    DOCUMENT_STORE_URL: `file:${join(dataFolder(), documentsFolder(parts.database))}`,
    RESULT_JOURNAL_DIR: join(dataFolder(), 'result-journal'),
    RETRY_DELAYS: SHORT_RETRY_DELAYS,
    SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    SMTP_ALLOWED_PORTS: ['25', '465', '587', '2525', ...parts.localSmtpPorts].join(','),
    ...bounces(secrets),
    ...setVariables(),
    // The samples' tokens are signed with our secret; with somebody else's keys none would be accepted.
    AUTH_JWKS_URL: '',
  };
}

/** Returns the URLs with which a service signs in. */
export const signInsOf = ({ database, redis }: Parts, service: ServiceName): NodeJS.ProcessEnv => ({
  DATABASE_URL: database.ofService(service),
  REDIS_URL: redis.ofService(service),
});

/** Documents belong to a database, so each database that is not ours gets a folder of its own. */
function documentsFolder({ url }: DatabaseAddress): string {
  if (!process.env['DATABASE_URL']) return 'documents';
  const { host, pathname } = new URL(url);
  return `documents-${createHash('sha256').update(`${host}${pathname}`).digest('hex').slice(0, 8)}`;
}

/** Only if the local mailbox is the platform's server: another server might reject a sender whose domain does not exist. */
function bounces(secrets: Secrets): NodeJS.ProcessEnv {
  if (process.env['PLATFORM_SMTP_URL']) return {};
  return { BOUNCE_DOMAIN: 'bounce.billing-mail.example', BOUNCE_SECRET: `dev1:${derivedKey(secrets, 'return path')}` };
}

/** Derives a key for each purpose, so that no further keys need to be stored. */
const derivedKey = ({ secretKey }: Secrets, purpose: string): string =>
  createHash('sha256').update(`${purpose} ${secretKey}`).digest('base64');

function setVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined && value !== ''));
}
