// A whole mail-dispatcher for tests: real PostgreSQL, Redis and SMTP sockets, and a stand-in for settings-api on the Redis transport.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type NestExpressApplication } from '@nestjs/platform-express';
import {
  DISPATCH_QUEUE,
  type DeliveryView,
  type DispatchJobInput,
  OUTCOMES_QUEUE,
  type OutcomeEvent,
  QUEUE_PREFIX,
  type TeamMailSettings,
  publishDispatchJob,
  readOutcomes,
} from '@billing-mail/contracts';
import { type PaceWindows } from '@billing-mail/mail-core';
import { createLogger, closeQueue, CredentialBox, migrate, smtpPasswordContext, Sql } from '@billing-mail/platform';
import {
  createTestIdentity,
  eventually,
  HANGS_AFTER_MS,
  READS_WITHOUT_LIMIT,
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
import { DataSource } from 'typeorm';
import { dispatchSchema } from '../dispatch.schema.js';
import { type DispatcherEnv, readDispatcherEnv } from '../dispatcher.env.js';
import { createMailDispatcher } from '../mail-dispatcher.js';
import { ownServer } from './samples.js';
import { StandInForSettings, type TokenOf } from './settings-stand-in.js';

export { invoice, ownServer, teamSettings } from './samples.js';

export const PLATFORM_FROM = 'e-invoice@platform.example';
const JWT_SECRET = 'a secret of the tests, long enough for HS256';
const SEAL_KEY = randomBytes(32);

export type Harness = Awaited<ReturnType<typeof startHarness>>;
export type HarnessOptions = {
  env?: Record<string, string>;
  dispatchers?: number;
  certificate?: { validFrom: Date; validTo: Date };
  windows?: PaceWindows;
  /** Whether the dispatchers reach PostgreSQL through PgBouncer. */
  behindPooler?: boolean;
};
type Peers = Awaited<ReturnType<typeof startPeers>>;

export async function startHarness(options: HarnessOptions = {}) {
  const peers = await startPeers(options);
  const { folder, database, redis, platform, custom, identity, pooler } = peers;
  const settings = await StandInForSettings.start(redis.url);
  const env = environment(peers, options);
  const apps: NestExpressApplication[] = [];
  const startDispatcher = async (changes: Partial<DispatcherEnv> = {}): Promise<NestExpressApplication> => {
    const app = await createMailDispatcher({ ...env, ...changes }, createLogger('mail-dispatcher', env.LOG_LEVEL), options.windows);
    apps.push(app);
    return app;
  };
  for (let index = 0; index < (options.dispatchers ?? 1); index += 1) await startDispatcher();

  const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  const sql = new Sql(source);
  const queues = new HarnessQueues(redis.url);
  const serviceToken = await token({ role: 'service' });
  const http = (app = apps[0]) => request(app?.getHttpServer() as never);

  return {
    ...{ folder, database, redis, platform, custom, identity, env, apps, startDispatcher, sql, token, serviceToken, http },
    teams: settings.teams,
    queue: queues.dispatch,
    outcomes: queues.outcomes,
    startResponder: () => settings.startResponder(),
    stopResponder: () => settings.stopResponder(),
    saveSettings: (saved: TeamMailSettings) => settings.save(saved),
    answerTokens: (tokenOf: TokenOf) => settings.answerTokens(env.SECRET_KEYS, tokenOf),
    /** The team's own server with a user `billing`, whose password is sealed as settings-api seals it. */
    serverWithPassword(teamId: string, port: number, password: string): NonNullable<TeamMailSettings['smtp']> {
      const server = ownServer(port, { security: 'starttls' });
      const context = smtpPasswordContext(teamId, { ...server, auth: { username: 'billing' } });
      const passwordSealed = new CredentialBox(env.SECRET_KEYS).seal(password, context);
      return { ...server, auth: { type: 'password', username: 'billing', passwordSealed } };
    },
    publish: (job: DispatchJobInput) => publishDispatchJob(queues.dispatch, job),
    ...readingDeliveries(sql, (path) => http().get(path).set('Authorization', `Bearer ${serviceToken}`)),
    rawOf: (delivery: DeliveryView, server = platform) => rawOf(delivery, server),
    outcomeOf: (key: string) => queues.outcomeOf(key),
    /** Restores the initial state between tests. */
    async reset(): Promise<void> {
      for (const server of [platform, custom]) {
        server.forget();
        server.script = {};
      }
      settings.teams.clear();
      queues.outcomes.length = 0;
    },
    async stop(): Promise<void> {
      await Promise.all(apps.map((app) => app.close()));
      await settings.stop();
      await Promise.all([queues.close(), source.destroy()]);
      await pooler?.stop();
      await Promise.all([database.stop(), redis.stop(), platform.close(), custom.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The message that a server received for a delivery. */
function rawOf({ id }: DeliveryView, { messages }: ScriptedSmtpServer): Buffer {
  const marker = `X-Billing-Delivery: ${id}`;
  const raw = messages.find((message) => message.raw?.subarray(0, 64 * 1024).includes(marker))?.raw;
  if (!raw) throw new Error(`the server got no message of delivery ${id}`);
  return raw;
}

async function startPeers(options: HarnessOptions) {
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
  const databaseUrl = pooler?.url ?? database.url;
  await migrate(databaseUrl, dispatchSchema);
  return { folder, database, databaseUrl, redis, platform, custom, identity, pooler };
}

const environment = ({ folder, databaseUrl, redis, platform, custom, identity }: Peers, options: HarnessOptions): DispatcherEnv =>
  readDispatcherEnv({
    DATABASE_URL: databaseUrl,
    DATABASE_CONNECT_TIMEOUT: '2m',
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
    // Longer than the busiest machine needs. A test of a server that does not answer sets its own.
    SMTP_CONNECT_TIMEOUT: '2m',
    SMTP_REPLY_TIMEOUT: '2m',
    SMTP_FINAL_REPLY_TIMEOUT: '2m',
    RATE_LIMITS: READS_WITHOUT_LIMIT,
    LOG_LEVEL: 'silent',
    ...options.env,
  });

const token = (claims: object): Promise<string> =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience('billing-mail')
    .setSubject('tester')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(JWT_SECRET));

/** The queue that invoicing fills, and a consumer of the outcomes. */
class HarnessQueues {
  readonly dispatch: Queue;
  readonly outcomes: OutcomeEvent[] = [];
  private readonly outcomesQueue: Queue;

  constructor(redisUrl: string) {
    this.dispatch = new Bull(DISPATCH_QUEUE, redisUrl, { prefix: QUEUE_PREFIX });
    this.outcomesQueue = new Bull(OUTCOMES_QUEUE, redisUrl, { prefix: QUEUE_PREFIX });
    void this.outcomesQueue.process('outcome', async (job) => void this.outcomes.push(...readOutcomes(job.data).events));
  }

  /** Waits for the outcome of a delivery or of a rejected job, and returns it. */
  outcomeOf(key: string): Promise<OutcomeEvent | undefined> {
    const find = () =>
      this.outcomes.find((event) =>
        event.type === 'delivery_settled' ? event.delivery.key === key : event.type === 'job_rejected' && event.rejection.key === key,
      );
    return eventually(find, (event) => event !== undefined);
  }

  async close(): Promise<void> {
    await Promise.all([this.dispatch, this.outcomesQueue].map((queue) => closeQueue(queue, 5000)));
  }
}

/** Deliveries as the log shows them. */
function readingDeliveries(sql: Sql, get: (path: string) => PromiseLike<{ body: unknown }>) {
  const delivery = async (teamId: string, key: string): Promise<DeliveryView | null> => {
    const [row] = await sql.rows<{ id: string }>('SELECT id FROM dispatch.deliveries WHERE team_id = $1 AND key = $2', [teamId, key]);
    return row === undefined ? null : ((await get(`/v1/teams/${teamId}/deliveries/${row.id}`)).body as DeliveryView);
  };
  return {
    delivery,
    /** Returns the delivery once `isSo` holds; fails after `timeoutMs` with its last state. */
    until: async (
      teamId: string,
      key: string,
      isSo: (delivery: DeliveryView) => boolean = ({ settledAt }) => settledAt !== null,
      timeoutMs = HANGS_AFTER_MS,
    ): Promise<DeliveryView> => {
      const found = await eventually(
        () => delivery(teamId, key),
        (last) => last !== null && isSo(last),
        timeoutMs,
      );
      if (found === null) throw new Error('A delivery that is so is there.');
      return found;
    },
  };
}
