// A whole mail-dispatcher for tests: real PostgreSQL, Redis and SMTP sockets, and a stand-in for settings-api on the Redis transport.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, MessagePattern, Payload } from '@nestjs/microservices';
import { type INestMicroservice } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import {
  CERTIFICATES_ENDING,
  DISPATCH_QUEUE,
  type DeliveryView,
  type DispatchJobInput,
  type EndingCertificate,
  OUTCOMES_QUEUE,
  type OutcomeEvent,
  QUEUE_PREFIX,
  SETTINGS_CHANGED,
  SETTINGS_GET,
  SMTP_TOKEN,
  type SmtpTokenAnswer,
  type SmtpTokenRequest,
  type TeamMailSettings,
  publishDispatchJob,
  readOutcomes,
} from '@billing-mail/contracts';
import { type PaceWindows } from '@billing-mail/mail-core';
import {
  createLogger,
  closeQueue,
  CredentialBox,
  migrate,
  transportClient,
  transportServer,
  smtpPasswordContext,
  smtpTokenContext,
  Sql,
} from '@billing-mail/platform';
import {
  createTestIdentity,
  type ScriptedSmtpServer,
  startScriptedSmtpServer,
  startTestDatabase,
  startTestPgBouncer,
  startTestRedis,
  type TestDatabase,
  type TestIdentity,
  type TestRedis,
} from '@billing-mail/testkit';
import Bull, { type Queue } from 'bull';
import { SignJWT } from 'jose';
import request from 'supertest';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';
import { type DispatcherEnv, readDispatcherEnv } from '../dispatcher.env.js';
import { createMailDispatcher } from '../mail-dispatcher.js';

export const PLATFORM_FROM = 'e-invoice@platform.example';
const JWT_SECRET = 'a secret of the tests, long enough for HS256';
const SEAL_KEY = randomBytes(32);

const SETTINGS = Symbol('SETTINGS');

@Controller()
class SettingsStandIn {
  static teams = new Map<typeof SETTINGS, Map<string, TeamMailSettings>>();
  /** The answer to requests for a token; without it, that no mailbox is connected. */
  static tokenFor: ((asked: SmtpTokenRequest) => SmtpTokenAnswer | Promise<SmtpTokenAnswer>) | null = null;

  @MessagePattern(SETTINGS_GET)
  get(@Payload() { teamId }: { teamId: string }): TeamMailSettings | null {
    return SettingsStandIn.teams.get(SETTINGS)?.get(teamId) ?? null;
  }

  @MessagePattern(SMTP_TOKEN)
  token(@Payload() asked: SmtpTokenRequest): SmtpTokenAnswer | Promise<SmtpTokenAnswer> {
    return SettingsStandIn.tokenFor?.(asked) ?? { broken: 'not_connected' };
  }

  @MessagePattern(CERTIFICATES_ENDING)
  certificatesEnding(@Payload() { after, before, uses }: { after: string; before: string; uses?: string[] }): EndingCertificate[] {
    const settings = [...(SettingsStandIn.teams.get(SETTINGS)?.values() ?? [])];
    return settings.flatMap(({ teamId, certificate, smtp, notifyUserIds, locale }) => {
      const client = smtp?.tls?.clientCertificate;
      const about = { teamId, notifyUserIds, locale };
      return [
        ...(certificate === null
          ? []
          : [{ ...about, use: 'signature' as const, addresses: certificate.addresses, validTo: certificate.validTo }]),
        ...(client === undefined
          ? []
          : [{ ...about, use: 'client' as const, addresses: [], subject: client.subject, validTo: client.validTo }]),
      ].filter(({ validTo, use }) => validTo >= after && validTo <= before && (uses ?? ['signature']).includes(use));
    });
  }
}

@Module({ controllers: [SettingsStandIn] })
class SettingsStandInModule {}

export type Harness = Awaited<ReturnType<typeof startHarness>>;
export type HarnessOptions = {
  env?: Record<string, string>;
  dispatchers?: number;
  certificate?: { validFrom: Date; validTo: Date };
  windows?: PaceWindows;
  /** Whether the dispatchers reach PostgreSQL through PgBouncer. */
  behindPooler?: boolean;
};

export async function startHarness(options: HarnessOptions = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'dispatcher-'));
  const [database, redis, platform, custom]: [TestDatabase, TestRedis, ScriptedSmtpServer, ScriptedSmtpServer] = await Promise.all([
    startTestDatabase(),
    startTestRedis(),
    startScriptedSmtpServer(),
    startScriptedSmtpServer(),
  ]);
  const identity: TestIdentity = createTestIdentity({ address: PLATFORM_FROM, ...options.certificate });
  await writeFile(path.join(folder, 'signer.p12'), identity.p12);
  await writeFile(path.join(folder, 'ca.pem'), custom.caPem);
  const pooler = options.behindPooler === true ? await startTestPgBouncer(database.url) : null;
  await migrate(pooler?.url ?? database.url, dispatchSchema);

  const teams = new Map<string, TeamMailSettings>();
  SettingsStandIn.teams.set(SETTINGS, teams);
  let responder: INestMicroservice | null = null;
  const startResponder = async (): Promise<void> => {
    responder = await NestFactory.createMicroservice(SettingsStandInModule, {
      ...transportServer({ REDIS_URL: redis.url }),
      logger: false,
    });
    await responder.listen();
  };
  const stopResponder = async (): Promise<void> => {
    await responder?.close();
    responder = null;
  };
  await startResponder();
  const client: ClientProxy = transportClient({ REDIS_URL: redis.url });
  await client.connect();

  const env = readDispatcherEnv({
    DATABASE_URL: pooler?.url ?? database.url,
    REDIS_URL: redis.url,
    AUTH_JWT_SECRET: JWT_SECRET,
    SECRET_KEYS: `k1:${SEAL_KEY.toString('base64')}`,
    PLATFORM_SMTP_URL: `smtp://127.0.0.1:${platform.port}`,
    PLATFORM_FROM_ADDRESS: PLATFORM_FROM,
    SMIME_P12_FILE: path.join(folder, 'signer.p12'),
    SMIME_P12_PASSPHRASE: identity.passphrase,
    DOCUMENT_STORE_URL: `file:${path.join(folder, 'documents')}`,
    RESULT_JOURNAL_DIR: path.join(folder, 'journal'),
    RETRY_DELAYS: '150ms,200ms',
    SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
    SMTP_ALLOWED_PORTS: `${custom.port},1`,
    SMTP_CA_FILE: path.join(folder, 'ca.pem'),
    SMTP_CONNECT_TIMEOUT: '2s',
    SMTP_REPLY_TIMEOUT: '2s',
    SMTP_FINAL_REPLY_TIMEOUT: '2s',
    LOG_LEVEL: 'silent',
    ...options.env,
  });
  const apps: NestExpressApplication[] = [];
  const startDispatcher = async (changes: Partial<DispatcherEnv> = {}): Promise<NestExpressApplication> => {
    const app = await createMailDispatcher({ ...env, ...changes }, createLogger('mail-dispatcher', env.LOG_LEVEL), options.windows);
    apps.push(app);
    return app;
  };
  for (let index = 0; index < (options.dispatchers ?? 1); index += 1) await startDispatcher();

  const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  const sql = new Sql(source);
  const queueOptions = { prefix: QUEUE_PREFIX };
  const queue: Queue = new Bull(DISPATCH_QUEUE, redis.url, queueOptions);
  const outcomes: OutcomeEvent[] = [];
  const outcomesQueue: Queue = new Bull(OUTCOMES_QUEUE, redis.url, queueOptions);
  void outcomesQueue.process('outcome', async (job) => void outcomes.push(...readOutcomes(job.data).events));

  const token = (claims: object): Promise<string> =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('billing-mail')
      .setSubject('tester')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(JWT_SECRET));
  const serviceToken = await token({ role: 'service' });
  const http = (app = apps[0]) => request(app?.getHttpServer() as never);

  const harness = {
    folder,
    database,
    redis,
    platform,
    custom,
    identity,
    teams,
    sql,
    queue,
    outcomes,
    client,
    apps,
    env,
    token,
    serviceToken,
    startDispatcher,
    startResponder,
    stopResponder,
    http,
    /** The team's own server with a user `billing`, whose password is sealed as settings-api does. */
    serverWithPassword(teamId: string, port: number, password: string): NonNullable<TeamMailSettings['smtp']> {
      const server = ownServer(port, { security: 'starttls' });
      const context = smtpPasswordContext(teamId, { ...server, auth: { username: 'billing' } });
      const passwordSealed = new CredentialBox(env.SECRET_KEYS).seal(password, context);
      return { ...server, auth: { type: 'password', username: 'billing', passwordSealed } };
    },
    /** Answers requests for tokens as settings-api does: `tokenOf` returns the token, or the answer if there is none. */
    answerTokens(tokenOf: (asked: SmtpTokenRequest) => string | SmtpTokenAnswer): void {
      SettingsStandIn.tokenFor = (asked) => {
        const token = tokenOf(asked);
        if (typeof token !== 'string') return token;
        const context = smtpTokenContext(asked.teamId, asked.connectionId, asked.host);
        return { tokenSealed: new CredentialBox(env.SECRET_KEYS).seal(token, context), validForMs: 3_600_000 };
      };
    },
    /** Saves the settings of a team and announces that, as settings-api does. */
    async saveSettings(settings: TeamMailSettings): Promise<void> {
      teams.set(settings.teamId, settings);
      await lastValueFrom(client.emit(SETTINGS_CHANGED, { teamId: settings.teamId, version: settings.version }), {
        defaultValue: undefined,
      }).catch(() => undefined);
    },
    publish: (job: DispatchJobInput) => publishDispatchJob(queue, job),
    async delivery(teamId: string, key: string): Promise<DeliveryView | null> {
      const [row] = await sql.rows<{ id: string }>('SELECT id FROM dispatch.deliveries WHERE team_id = $1 AND key = $2', [teamId, key]);
      if (row === undefined) return null;
      return (await http().get(`/v1/teams/${teamId}/deliveries/${row.id}`).set('Authorization', `Bearer ${serviceToken}`))
        .body as DeliveryView;
    },
    /** Returns the delivery once `isSo` holds; fails after `timeoutMs` with its last state. */
    async until(
      teamId: string,
      key: string,
      isSo: (delivery: DeliveryView) => boolean = ({ settledAt }) => settledAt !== null,
      timeoutMs = 120_000,
    ): Promise<DeliveryView> {
      let last: DeliveryView | null = null;
      for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(25)) {
        last = await harness.delivery(teamId, key);
        if (last && isSo(last)) return last;
      }
      throw new Error(`not so after ${timeoutMs} ms: ${JSON.stringify(last)}`);
    },
    /** The message that a server received for a delivery. */
    rawOf(delivery: DeliveryView, server: ScriptedSmtpServer = platform): Buffer {
      const marker = `X-Billing-Delivery: ${delivery.id}`;
      const raw = server.messages.find((message) => message.raw?.subarray(0, 64 * 1024).includes(marker))?.raw;
      if (!raw) throw new Error(`the server got no message of delivery ${delivery.id}`);
      return raw;
    },
    /** The outcome that was sent for a delivery. */
    async outcomeOf(key: string): Promise<OutcomeEvent | undefined> {
      const find = () =>
        outcomes.find((event) =>
          event.type === 'delivery_settled' ? event.delivery.key === key : event.type === 'job_rejected' && event.rejection.key === key,
        );
      return harness.eventually(find, (event) => event !== undefined);
    },
    async eventually<T>(probe: () => Promise<T> | T, isSo: (value: T) => boolean, timeoutMs = 120_000): Promise<T> {
      let last: T = await probe();
      for (const end = Date.now() + timeoutMs; !isSo(last) && Date.now() < end; await sleep(25)) last = await probe();
      if (!isSo(last)) throw new Error(`not so after ${timeoutMs} ms: ${JSON.stringify(last)}`);
      return last;
    },
    /** Restores the initial state between tests. */
    async reset(): Promise<void> {
      platform.forget();
      custom.forget();
      platform.script = {};
      custom.script = {};
      teams.clear();
      outcomes.length = 0;
    },
    async stop(): Promise<void> {
      await Promise.all(apps.map((app) => app.close()));
      await stopResponder();
      await client.close();
      await Promise.all([...[queue, outcomesQueue].map((open) => closeQueue(open, 5000)), source.destroy()]);
      await pooler?.stop();
      await Promise.all([database.stop(), redis.stop(), platform.close(), custom.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return harness;
}

/** Settings of a team that sends by the platform, with `changes`. */
export const teamSettings = (teamId: string, changes: Partial<TeamMailSettings> = {}): TeamMailSettings => ({
  teamId,
  companyName: 'ACME GmbH',
  replyTo: 'billing@acme.example',
  locale: 'en',
  cc: [],
  bcc: [],
  copies: [],
  sender: 'platform',
  smtp: null,
  certificate: null,
  fallback: false,
  notifyUserIds: [],
  version: 1,
  updatedAt: new Date().toISOString(),
  updatedBy: 'u1',
  ...changes,
});

/** Settings of a team's own server, on loopback. */
export const ownServer = (
  port: number,
  changes: Partial<NonNullable<TeamMailSettings['smtp']>> = {},
): NonNullable<TeamMailSettings['smtp']> => ({
  host: '127.0.0.1',
  port,
  security: 'none',
  auth: { type: 'none' },
  fromAddress: 'billing@acme.example',
  fromName: 'ACME Billing',
  ...changes,
});

/** A document to one recipient with a small attachment. */
export const invoice = (changes: Partial<DispatchJobInput> = {}): DispatchJobInput => ({
  version: 1,
  key: randomUUID(),
  teamId: 'acme',
  requestedBy: { userId: 'u17', email: 'clerk@acme.example', locale: 'en' },
  document: { id: 'inv-1', type: 'invoice', number: '2026-0042' },
  to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
  subject: 'Invoice 2026-0042',
  text: 'Please find the invoice attached.',
  attachments: [{ filename: '2026-0042.pdf', contentType: 'application/pdf', content: Buffer.from('%PDF-1.7 invoice').toString('base64') }],
  ...changes,
});
