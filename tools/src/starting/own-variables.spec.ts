import { loadServiceEnvironments } from '../docs/service-environments.js';
import { ownVariables } from './own-variables.js';

/** Which services read which secret, as an operator would write it down. Compared with the schemas with which the services read. */
const READERS_OF_SECRETS = {
  DATABASE_URL: ['settings-api', 'mail-dispatcher', 'notification-service'],
  REDIS_URL: ['settings-api', 'mail-dispatcher', 'notification-service'],
  AUTH_JWT_SECRET: ['settings-api', 'mail-dispatcher', 'notification-service'],
  SECRET_KEYS: ['settings-api', 'mail-dispatcher'],
  NOTIFICATION_SECRET_KEYS: ['notification-service'],
  PLATFORM_SMTP_URL: ['mail-dispatcher', 'notification-service'],
  ALERT_SMTP_URL: ['notification-service'],
  SMIME_P12_PASSPHRASE: ['mail-dispatcher'],
  BOUNCE_SECRET: ['mail-dispatcher'],
  OAUTH_MICROSOFT_CLIENT_SECRET: ['settings-api'],
  OAUTH_GOOGLE_CLIENT_SECRET: ['settings-api'],
};

describe('ownVariables', () => {
  const everything = { PATH: '/bin', NODE_EXTRA_CA_CERTS: 'ca.pem', MIGRATION_DATABASE_URL: 'm', ADMIN_DATABASE_URL: 'a' };

  it('is held against a table that names every secret and its readers', async () => {
    const schemas = await loadServiceEnvironments('src');
    const readers: Record<string, string[]> = {};
    for (const { service, schema } of schemas)
      for (const [name, field] of Object.entries(schema.shape))
        if ((field as { meta(): { secret?: boolean } | undefined }).meta()?.secret) (readers[name] ??= []).push(service);
    expect(readers).toEqual(READERS_OF_SECRETS);
  });

  it.each(['settings-api', 'mail-dispatcher', 'notification-service'] as const)(
    'gives %s its own secrets and no other',
    async (service) => {
      const schemas = await loadServiceEnvironments('src');
      const secrets = Object.keys(READERS_OF_SECRETS).flatMap((name) => [name, `${name}_FILE`]);
      const given = { ...everything, ...Object.fromEntries(secrets.map((name) => [name, 'x'])), SMIME_P12_FILE: 'signer.p12' };
      const { PATH, NODE_EXTRA_CA_CERTS, SMIME_P12_FILE, ...rest } = ownVariables(service, given, schemas);
      expect([PATH, NODE_EXTRA_CA_CERTS]).toEqual(['/bin', 'ca.pem']);
      expect(SMIME_P12_FILE).toBe(service === 'mail-dispatcher' ? 'signer.p12' : undefined);
      const own = Object.entries(READERS_OF_SECRETS).flatMap(([name, services]) =>
        services.includes(service) ? [name, `${name}_FILE`] : [],
      );
      expect(Object.keys(rest).sort()).toEqual(own.sort());
    },
  );
});
