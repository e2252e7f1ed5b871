// What every run uses: a durable PostgreSQL, Redis, the sinks and settings-api, all private and on loopback.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createPostgresCluster,
  createTestIdentity,
  newScratchFolder,
  POSTGRES_ROLE,
  type ServerProcess,
  startPostgresServer,
  startTestRedis,
  stopPostgresServer,
  type TestIdentity,
  type TestRedis,
  tlsCertificates,
} from '@billing-mail/testkit';
import { Database, Invoicing, ServiceProcess } from '@billing-mail/tools/stage';
import { migrateSchemas } from '@billing-mail/tools/migrate-schemas';
import { issueTokens, type SampleCaller } from '@billing-mail/tools/starting/tokens';
import { type SinkCalls } from '../programs/sink.js';
import { Documents } from './documents.js';
import { Publisher } from './jobs.js';
import { Program } from './program.js';

const PLATFORM_FROM = 'e-invoice@platform.example';

/** The dispatcher has a role of its own, so that its statements can be told from those of others. */
export const DISPATCHER_ROLE = 'dispatcher';

/** Settings for a server of this size. fsync and synchronous_commit are on, which is the default. */
const POSTGRES_SETTINGS = {
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
  // Records, to the microsecond, when a delivery was settled.
  track_commit_timestamp: 'on',
};

/** Ports of the sinks. */
export type SinkPorts = { plain: number; secure: number; refusing: number; far: number };

/** Simulated round trip to the distant sink. */
export const ROUND_TRIP_MS = 30;

export class BenchStage {
  readonly databases = new Map<string, Database>();
  private teams = new Set<string>();

  private constructor(
    readonly folder: string,
    readonly logFolder: string,
    private readonly postgres: { port: number; process: ServerProcess },
    readonly redis: TestRedis,
    readonly sink: Program<SinkCalls>,
    readonly ports: SinkPorts,
    readonly identity: TestIdentity,
    readonly documents: Documents,
    readonly publisher: Publisher,
    readonly tokens: Record<SampleCaller, string>,
    private readonly common: NodeJS.ProcessEnv,
    private readonly settings: ServiceProcess,
    private readonly invoicing: Invoicing,
  ) {}

  static async set(logFolder: string): Promise<BenchStage> {
    mkdirSync(logFolder, { recursive: true });
    // If this process is killed, millions of rows are left here; the next run removes them.
    const folder = await newScratchFolder('bench');
    mkdirSync(folder, { mode: 0o700 });
    const postgres = await startDurablePostgres(join(folder, 'postgres'));
    const [redis, { sink, ports }] = await Promise.all([startTestRedis(), startSinks()]);
    const databaseUrl = `postgres://${POSTGRES_ROLE}@127.0.0.1:${postgres.port}/postgres`;
    const secret = randomBytes(32).toString('base64url');
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, tlsCertificates().caPem);
    const common: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      AUTH_JWT_SECRET: secret,
      SECRET_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      NOTIFICATION_SECRET_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      PLATFORM_FROM_ADDRESS: PLATFORM_FROM,
      PLATFORM_SMTP_CA_FILE: caFile,
      SMTP_CA_FILE: caFile,
      SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
      SMTP_ALLOWED_PORTS: Object.values(ports).join(','),
      LOG_LEVEL: 'info',
    };
    await migrateSchemas(common);
    const settings = new ServiceProcess({ name: 'settings-api', service: 'settings-api', env: common, logFolder });
    await settings.start();
    const tokens = await issueTokens(secret);
    const stage = new BenchStage(
      folder,
      logFolder,
      postgres,
      redis,
      sink,
      ports,
      createTestIdentity({ address: PLATFORM_FROM }),
      new Documents(join(folder, 'documents')),
      new Publisher(redis.url),
      tokens,
      common,
      settings,
      new Invoicing(
        redis.url,
        () => settings.url,
        () => '',
        tokens.service,
      ),
    );
    const admin = stage.connect('postgres', POSTGRES_ROLE);
    await admin.rows(`CREATE ROLE ${DISPATCHER_ROLE} SUPERUSER LOGIN`);
    await admin.rows('CREATE EXTENSION pg_stat_statements');
    return stage;
  }

  private readonly storeId = randomUUID();

  /** Returns the environment of a dispatcher that works on that database. */
  dispatcherEnv(database: string, changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const p12 = join(this.folder, 'signer.p12');
    writeFileSync(p12, this.identity.p12, { mode: 0o600 });
    return {
      ...this.common,
      DATABASE_URL: this.databaseUrl(database),
      PLATFORM_SMTP_URL: `smtp://127.0.0.1:${this.ports.plain}`,
      SMIME_P12_FILE: p12,
      SMIME_P12_PASSPHRASE: this.identity.passphrase,
      DOCUMENT_STORE_URL: `file:${this.documents.folder}`,
      RESULT_JOURNAL_DIR: join(this.folder, 'journal'),
      ...changes,
    };
  }

  /** Returns the database of that name with the tables of all services. Creates and fills it if it does not exist. */
  async database(name: string, fill?: (made: Database) => Promise<void>): Promise<Database> {
    const known = this.databases.get(name);
    if (known !== undefined) return known;
    await this.connect('postgres', POSTGRES_ROLE).rows(`CREATE DATABASE ${name}`);
    await migrateSchemas({ ...this.common, DATABASE_URL: this.urlOf(name, POSTGRES_ROLE) });
    const made = this.connect(name, POSTGRES_ROLE);
    // The databases share one document store, which is forbidden elsewhere. No run here lasts long enough for one
    // to remove documents of another.
    await made.rows('UPDATE dispatch.document_store SET id = $1', [this.storeId]);
    await fill?.(made);
    return made;
  }

  /** Returns the URL with which a dispatcher connects to it. */
  databaseUrl(name: string): string {
    return this.urlOf(name, DISPATCHER_ROLE);
  }

  /** A team that sends by the platform, or by the sink at that port. */
  async team(teamId: string, own?: { port: number; fallback?: boolean }): Promise<string> {
    if (this.teams.has(teamId)) return teamId;
    this.teams.add(teamId);
    await this.invoicing.setUpTeam(teamId, own === undefined ? {} : { ...own, security: 'none' });
    return teamId;
  }

  /** Empties Redis, makes the sinks forget what they have seen, and lets PostgreSQL write everything that it still had to write. */
  async clear(): Promise<void> {
    await this.redis.flush();
    await this.sink.call('forget');
    await this.connect('postgres', POSTGRES_ROLE).rows('CHECKPOINT');
  }

  async strike(): Promise<void> {
    await this.settings.kill();
    await Promise.all([this.publisher.close(), this.invoicing.close(), this.sink.end()]);
    await Promise.all([...this.databases.values()].map((database) => database.close()));
    await Promise.all([stopPostgresServer(this.postgres.process, 'immediate'), this.redis.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private urlOf(database: string, role: string): string {
    return `postgres://${role}@127.0.0.1:${this.postgres.port}/${database}`;
  }

  private connect(name: string, role: string): Database {
    const database = this.databases.get(name) ?? new Database(this.urlOf(name, role));
    this.databases.set(name, database);
    return database;
  }
}

async function startDurablePostgres(dataFolder: string): Promise<{ port: number; process: ServerProcess }> {
  await createPostgresCluster(dataFolder, null, 16);
  return startPostgresServer({ dataFolder, port: 0, durable: true, settings: POSTGRES_SETTINGS });
}

async function startSinks(): Promise<{ sink: Program<SinkCalls>; ports: SinkPorts }> {
  const sink = Program.start<SinkCalls>('sink');
  const certificates = tlsCertificates();
  const [plain, secure, refusing, far] = await Promise.all([
    sink.call('listen', 'plain', {}),
    sink.call('listen', 'secure', { tls: { keyPem: certificates.keyPem, certificatePem: certificates.chainOf('good') } }),
    sink.call('listen', 'refusing', { refuses: true }),
    sink.call('listen', 'far', { roundTripMs: ROUND_TRIP_MS }),
  ]);
  return { sink, ports: { plain, secure, refusing, far } };
}
