// A running settings-api with its own PostgreSQL and Redis, for tests that also read its log.
import { Writable } from 'node:stream';
import { randomBytes } from 'node:crypto';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { migrate, readEnvironment } from '@billing-mail/platform';
import { READS_WITHOUT_LIMIT, startTestDatabase, startTestRedis, type TestDatabase, type TestRedis } from '@billing-mail/testkit';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { DataSource } from 'typeorm';
import request, { type Response } from 'supertest';
import { createSettingsApi } from '../settings-api.js';
import { settingsSchema } from '../settings.schema.js';
import { settingsEnvironment, type SettingsEnv } from '../settings.env.js';

const SECRET = 'a secret of at least thirty-two characters';

/** Tokens as the identity provider would issue them. */
export const tokenFor = (claims: object): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('billing-mail')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(SECRET));

export const newSecretKey = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

export type CallOptions = { claims?: object; body?: object; headers?: Record<string, string> };

export type TestSettingsApi = {
  app: NestExpressApplication;
  env: SettingsEnv;
  database: TestDatabase;
  redis: TestRedis;
  log: () => string;
  /** Sends a request with a token, by default the token of an admin of acme. */
  call: (method: 'get' | 'put' | 'post' | 'delete', path: string, options?: CallOptions) => Promise<Response>;
  /** Sends a body as it is, as an admin of acme. */
  callRaw: (method: 'put', path: string, body: string, type: string) => Promise<Response>;
  /** Removes the names of all teams, so that tests that are not about names may use the same names. */
  forgetNames: () => Promise<void>;
  stop: () => Promise<void>;
};

export const ACME_ADMIN = { sub: 'u-admin', teams: { acme: 'admin' } };

/** Starts settings-api with a working environment, in which `variables` override the defaults. */
export async function startTestSettingsApi(variables: Record<string, string> = {}): Promise<TestSettingsApi> {
  const [database, redis] = await Promise.all([startTestDatabase(), startTestRedis()]);
  await migrate(database.url, settingsSchema);
  const env = readEnvironment(settingsEnvironment, {
    DATABASE_URL: database.url,
    DATABASE_CONNECT_TIMEOUT: '2m',
    REDIS_URL: redis.url,
    AUTH_JWT_SECRET: SECRET,
    SECRET_KEYS: newSecretKey('k1'),
    ...variables,
    RATE_LIMITS: [READS_WITHOUT_LIMIT, variables['RATE_LIMITS']].filter(Boolean).join(','),
  });
  let log = '';
  const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => ((log += chunk.toString()), done()) });
  const app = await createSettingsApi(env, pino({ level: 'trace' }, sink));
  await app.listen(0, '127.0.0.1');
  return {
    app,
    env,
    database,
    redis,
    log: () => log,
    call: async (method, path, { claims = ACME_ADMIN, body, headers = {} } = {}) => {
      const test = request(app.getHttpServer())
        [method](path)
        .set({ ...headers, Authorization: `Bearer ${await tokenFor(claims)}` });
      return body === undefined ? test : test.send(body);
    },
    callRaw: async (method, path, body, type) =>
      request(app.getHttpServer())
        [method](path)
        .set({ Authorization: `Bearer ${await tokenFor(ACME_ADMIN)}`, 'Content-Type': type })
        .send(body),
    forgetNames: async () => void (await app.get(DataSource).query('TRUNCATE settings.team_name')),
    stop: async () => {
      redis.thaw();
      await redis.start();
      await app.close();
      await Promise.all([database.stop(), redis.stop()]);
    },
  };
}
