// Runs the service in this process, with its own PostgreSQL, Redis and SMTP server.
import { randomUUID } from 'node:crypto';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { OUTCOME_JOB, OUTCOMES_QUEUE } from '@billing-mail/contracts';
import { bullOptions, createHttpService, createLogger, migrate, readEnvironment, type RefusalKind } from '@billing-mail/platform';
import { READS_WITHOUT_LIMIT, startTestDatabase, startTestRedis, type TestDatabase, type TestRedis } from '@billing-mail/testkit';
import Bull, { type Job, type Queue } from 'bull';
import { SignJWT } from 'jose';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.js';
import { notificationEnvironment } from '../notification.env.js';
import { notifySchema } from '../notify.schema.js';
import { startMailCatcher, type MailCatcher } from './mail-catcher.js';

const SECRET = 'a secret of at least thirty-two characters';

export type TestService = { url: string; app: NestExpressApplication; database: DataSource; close(): Promise<void> };
export type TestSurroundings = {
  db: TestDatabase;
  redis: TestRedis;
  mail: MailCatcher;
  queue: Queue;
  /** Starts another instance of the service. */
  startService(): Promise<TestService>;
  /** Publishes a job of version 1: one event, whose id is the job id. */
  publish(event: unknown): Promise<Job>;
  /** Publishes a job of version 2, as the dispatcher does. */
  publishGroup(events: readonly unknown[]): Promise<Job>;
  stop(): Promise<void>;
};

export async function startSurroundings(): Promise<TestSurroundings> {
  const [db, redis, mail] = await Promise.all([startTestDatabase(), startTestRedis(), startMailCatcher()]);
  await migrate(db.url, notifySchema);
  const queue = new Bull(OUTCOMES_QUEUE, bullOptions({ REDIS_URL: redis.url }));
  queue.on('error', () => undefined); // Redis is stopped on purpose
  queue.setMaxListeners(0); // each job that a test waits for adds a listener
  const services: TestService[] = [];
  return {
    db,
    redis,
    mail,
    queue,
    startService: async () => {
      const service = await startService(db.url, redis.url, mail.url);
      services.push(service);
      return service;
    },
    publish: (event) => queue.add(OUTCOME_JOB, event, { jobId: (event as { eventId?: string }).eventId, attempts: 1 }),
    publishGroup: (events) => queue.add(OUTCOME_JOB, { version: 2, events }, { jobId: randomUUID(), attempts: 1 }),
    stop: async () => {
      await Promise.all(services.map((service) => service.close()));
      await queue.close();
      await Promise.all([db.stop(), redis.stop(), mail.stop()]);
    },
  };
}

async function startService(databaseUrl: string, redisUrl: string, smtpUrl: string): Promise<TestService> {
  const env = readEnvironment(notificationEnvironment, {
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECT_TIMEOUT: '2m',
    REDIS_URL: redisUrl,
    AUTH_JWT_SECRET: SECRET,
    PLATFORM_SMTP_URL: smtpUrl,
    PLATFORM_FROM_ADDRESS: 'alerts@billing-mail.example',
    CONSOLE_URL: 'https://console.example/mail/',
    NOTIFICATION_SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    // Applies to mail servers of teams; webhooks have a setting of their own.
    SMTP_ALLOWED_NETWORKS: '10.0.0.0/8',
    RATE_LIMITS: READS_WITHOUT_LIMIT,
    OPERATOR_ADDRESS: 'operator@billing-mail.example',
  });
  const logger = createLogger('notification-service', 'silent');
  const app = await createHttpService({ module: AppModule.with(env, logger), title: 'test', description: '', env, logger });
  await app.listen(0, '127.0.0.1');
  let closing: Promise<void> | null = null;
  return { url: await app.getUrl(), app, database: app.get(DataSource), close: () => (closing ??= app.close()) };
}

/** Returns how often the services of this process have refused something for this reason. */
export async function refusedAs(service: TestService, kind: RefusalKind): Promise<number> {
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  return Number(new RegExp(`^billing_mail_refused_requests_total\\{kind="${kind}"\\} (.*)$`, 'm').exec(metrics)?.[1]);
}

/** Returns the `Authorization` header of a user, or of an internal service. */
export async function authorization(
  claims: { sub: string; teams?: Record<string, 'admin' | 'member'>; role?: 'service' },
  expiresAt: string | number = '1h',
  issuedAt?: number,
): Promise<Record<string, string>> {
  const token = await new SignJWT(issuedAt === undefined ? claims : { ...claims, iat: issuedAt })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('billing-mail')
    .setExpirationTime(expiresAt)
    .sign(new TextEncoder().encode(SECRET));
  return { Authorization: `Bearer ${token}` };
}
