// What the doctor checks: the services' variables, as far as they are set, the services' URLs, and the DNS server to ask.
import { EnvironmentError, readEnvironment, variables } from '@billing-mail/platform';
import { z } from 'zod';
import { type Finding, wrong } from './finding.js';

const VARIABLES = {
  DATABASE_URL: variables.DATABASE_URL,
  MIGRATION_DATABASE_URL: variables.DATABASE_URL,
  AUTH_JWKS_URL: variables.AUTH_JWKS_URL,
  AUTH_JWT_SECRET: variables.AUTH_JWT_SECRET,
  REDIS_URL: variables.REDIS_URL,
  REDIS_CA_FILE: variables.REDIS_CA_FILE,
  PLATFORM_SMTP_URL: variables.PLATFORM_SMTP_URL,
  PLATFORM_SMTP_CA_FILE: variables.PLATFORM_SMTP_CA_FILE,
  PLATFORM_FROM_ADDRESS: variables.PLATFORM_FROM_ADDRESS,
  SMTP_CLIENT_NAME: variables.SMTP_CLIENT_NAME,
  SMIME_P12_FILE: z.string(),
  SMIME_P12_PASSPHRASE: z.string(),
  DOCUMENT_STORE_URL: z.string(),
  BOUNCE_DOMAIN: z.hostname('must be a domain such as bounce.example.com'),
  BOUNCE_TLS_CERT_FILE: z.string(),
  CONSOLE_URL: variables.CONSOLE_URL,
};

export type SiteEnvironment = { [Name in keyof typeof VARIABLES]?: string | undefined };
export type ServiceUrls = Record<'settings-api' | 'mail-dispatcher' | 'notification-service', string>;

export type Site = {
  env: SiteEnvironment;
  services: ServiceUrls;
  /** `address` or `address:port` of a DNS server to ask in place of the system's. */
  dnsServer: string | null;
  dkimSelector: string | null;
};

/** Returns the variables that are valid, and a finding for each that is not. */
export function readSiteEnvironment(source: NodeJS.ProcessEnv): { env: SiteEnvironment; findings: Finding[] } {
  const env: SiteEnvironment = {};
  const findings: Finding[] = [];
  for (const name of Object.keys(VARIABLES) as (keyof typeof VARIABLES)[]) {
    try {
      env[name] = readEnvironment(z.object({ [name]: VARIABLES[name].optional() }), source)[name];
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      findings.push(...error.problems.map((problem) => wrong('environment', problem, `correct ${name}`)));
    }
  }
  return { env, findings };
}
