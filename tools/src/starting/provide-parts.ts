// Provides what the services need: from the environment if it is set there, otherwise by starting it here.
import { join } from 'node:path';
import { findFreePort } from '@billing-mail/local-servers';
import { type RunStep } from '../step.js';
import { type OwnServer } from '../samples/teams.js';
import { dataFolder } from '../workspace.js';
import { provideCertificates, type CertificateFiles } from './certificates.js';
import { type Address, type DatabaseAddress, type Parts, type RedisAddress } from './environment.js';
import { provideMailbox } from './mailbox.js';
import { providePrivatePostgres } from './private-postgres.js';
import { providePrivateRedis } from './private-redis.js';
import { provideSecrets, type Secrets } from './secrets.js';
import { type Supervisor } from './supervisor.js';

/** Usually nothing listens on this port, so that the samples can show a server that is down. */
export const USUAL_DOWN_SMTP_PORT = 4199;
const FROM_ADDRESS = 'e-invoice@billing-mail.example';

/** The parts, and the pages on which mail can be read. `platform` is `null` if the platform's server was given. */
export type ProvidedParts = {
  parts: Parts;
  pages: { platform: string | null; own: string };
  /** The server that the sample teams use as their own, and a port on which nothing listens. */
  ownServer: OwnServer;
  mailboxesReady: () => Promise<unknown>;
};

/** Provides everything, in the order of the dependencies. */
export async function provideParts(supervisor: Supervisor, step: RunStep): Promise<ProvidedParts> {
  const secrets = provideSecrets();
  const platformFromAddress = process.env['PLATFORM_FROM_ADDRESS'] || FROM_ADDRESS;
  const givenSmtpUrl = process.env['PLATFORM_SMTP_URL'] || null;
  const platform = givenSmtpUrl === null ? await provideMailbox(supervisor, 'mailbox', { smtp: 4125, page: 4180 }) : null;
  const own = await provideMailbox(supervisor, 'mailbox-globex', { smtp: 4126, page: 4181 });
  const ownServer = { host: '127.0.0.1', port: own.smtpPort, downPort: await findFreePort(USUAL_DOWN_SMTP_PORT) };
  const certificates = await step('Signing certificate', async (say) => provideSigner(platformFromAddress, secrets, say));
  const database = await step('PostgreSQL', (say) =>
    givenOr('DATABASE_URL', say, givenDatabase, () => providePrivatePostgres(supervisor, secrets.postgresPassword)),
  );
  const redis = await step('Redis', (say) =>
    givenOr('REDIS_URL', say, givenRedis, () => providePrivateRedis(supervisor, secrets.redisPassword)),
  );
  return {
    parts: {
      database,
      redis,
      platformSmtpUrl: givenSmtpUrl ?? `smtp://127.0.0.1:${platform?.smtpPort}`,
      platformFromAddress,
      certificates,
      secrets,
      localSmtpPorts: [ownServer.port, ownServer.downPort],
    },
    pages: { platform: platform?.url ?? null, own: own.url },
    ownServer,
    mailboxesReady: () => Promise.all([platform?.ready, own.ready]),
  };
}

async function givenOr<T extends Address>(
  variable: string,
  say: (detail: string) => void,
  useGiven: (url: string) => T,
  provide: () => Promise<T>,
): Promise<T> {
  const given = process.env[variable];
  const address = given ? useGiven(given) : await provide();
  // Only hosts and ports, because the rest of the URL contains a password.
  const hosts = /:\/\/(?:[^/?]*@)?([^/?]*)/.exec(address.url)?.[1] ?? '';
  say(`${given ? `${variable} is set, ` : 'private, '}${hosts}`);
  return address;
}

/** A server that was given: everybody signs in as its variable says. */
const givenAddress = (url: string): Address => ({ url, ofService: () => url });
const givenRedis = (url: string): RedisAddress => ({ ...givenAddress(url), ofInvoicing: url });
const givenDatabase = (url: string): DatabaseAddress => ({
  ...givenAddress(url),
  ofMigrator: process.env['MIGRATION_DATABASE_URL'] || url,
});

function provideSigner(address: string, { smimePassphrase }: Secrets, say: (detail: string) => void): CertificateFiles {
  const given = process.env['SMIME_P12_FILE'];
  if (given) {
    say(`SMIME_P12_FILE is set, ${given}`);
    return { p12File: given, caFile: null };
  }
  say(`for ${address}, by an authority of this machine only`);
  return provideCertificates(join(dataFolder(), 'certs'), address, smimePassphrase);
}
