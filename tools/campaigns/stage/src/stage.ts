// Everything that a scenario plays on: PostgreSQL, Redis, DNS, mail servers with their ledger, and the services as real processes.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createTestIdentity,
  newRsaKeyPem,
  NotPossibleHereError,
  startTestDatabase,
  startTestPgBouncer,
  startTestRedis,
  type TestDatabase,
  type TestPgBouncer,
  type TestRedis,
  Wire,
} from '@billing-mail/testkit';
import { migrateSchemas } from '@billing-mail/tools/migrate-schemas';
import { issueTokens } from '@billing-mail/tools/starting/tokens';
import { Database } from './database.js';
import { Invoicing } from './invoicing.js';
import { Ledger } from './ledger.js';
import { ACCOUNT, MailServer } from './mail-server.js';
import { NameServer } from './name-server.js';
import { SmallDisk } from './small-disk.js';
import { ServiceProcess } from './service-process.js';
import { watchStates } from './written-states.js';

/** The setup of the stage for a group of scenarios. */
export type StageOptions = {
  /** Variables for the dispatchers, in addition to their usual ones. */
  env?: NodeJS.ProcessEnv;
  dispatchers?: number;
  notifiers?: number;
  /** Number of servers for teams; each unused one costs one socket. */
  customServers?: number;
  /** Sizes in MB of disks that can be filled, for PostgreSQL, the dispatchers' documents or their result journal. */
  diskMb?: Partial<Record<DiskOwner, number>>;
  /** Gives each dispatcher its own path to PostgreSQL, which can be cut. */
  wired?: boolean;
  /** All services reach PostgreSQL through PgBouncer. */
  behindPooler?: boolean;
  /** Node.js options for every service. */
  nodeArgs?: readonly string[];
  /** Uses this Redis instead of the stage's own. */
  redisUrl?: string;
  /** Uses this PostgreSQL instead of the stage's own. */
  databaseUrl?: string;
};
export type DiskOwner = 'postgres' | 'documents' | 'journal';

const PLATFORM = 'platform';
/** Host name of the platform's server in the services' settings; the campaign's DNS server resolves it. */
export const PLATFORM_HOST = 'smtp.test';
const PLATFORM_FROM = 'e-invoice@platform.example';
const SIGNER_FILE = 'signer.p12';

/** Short enough that three tries take only a moment, long enough that a busy machine does not exceed them. */
const TIMES = {
  RETRY_DELAYS: '200ms,300ms',
  CLAIM_LEASE: '4s',
  SMTP_CONNECT_TIMEOUT: '2s',
  SMTP_REPLY_TIMEOUT: '2500ms',
  SMTP_FINAL_REPLY_TIMEOUT: '3s',
  SHUTDOWN_DELAY: '0s',
} as const;

export class Stage {
  readonly dispatchers: ServiceProcess[] = [];
  readonly notifiers: ServiceProcess[] = [];
  /** The dispatchers' paths to PostgreSQL, in the order of the dispatchers; empty without `wired`. */
  readonly wires: Wire[] = [];
  settings!: ServiceProcess;
  /** The authority that issued the platform's signing certificate. */
  signerCaPem = '';
  private pooler: TestPgBouncer | null = null;
  readonly platformFrom = PLATFORM_FROM;
  /** Whoever has it can make tokens that the services accept. */
  readonly jwtSecret = randomBytes(32).toString('base64url');
  invoicing!: Invoicing;

  private constructor(
    readonly folder: string,
    readonly logFolder: string,
    readonly postgres: TestDatabase,
    private readonly disks: ReadonlyMap<DiskOwner, SmallDisk>,
    readonly redis: TestRedis,
    readonly database: Database,
    readonly ledger: Ledger,
    readonly names: NameServer,
    /** The command prefix that gives a process our DNS server, or null if processes cannot be given their own DNS. */
    readonly dnsPrefix: string[] | null,
    readonly platform: MailServer,
    readonly customServers: MailServer[],
    /** Receives the alert e-mails, so that they do not mix with the documents. */
    readonly alertMailbox: MailServer,
  ) {}

  static async set(logFolder: string, options: StageOptions = {}): Promise<Stage> {
    mkdirSync(logFolder, { recursive: true });
    const folder = mkdtempSync(join(tmpdir(), 'faults-'));
    const ledger = new Ledger(join(logFolder, 'ledger.jsonl'));
    const disks = mountDisks(options.diskMb);
    const postgres = await (disks.get('postgres')?.as(startTestDatabase) ?? startTestDatabase());
    const [redis, names, platform, alertMailbox, ...customServers] = await Promise.all([
      startTestRedis(),
      NameServer.start(),
      MailServer.start(PLATFORM, ledger),
      MailServer.start('alerts', new Ledger(join(logFolder, 'alerts.jsonl'))),
      ...Array.from({ length: options.customServers ?? 4 }, (_, index) => MailServer.start(`custom-${index + 1}`, ledger)),
    ]);
    names.answers[PLATFORM_HOST] = { a: ['127.0.0.1'] };
    const database = new Database(options.databaseUrl ?? postgres.url);
    const dnsPrefix = names.prefixFor(folder);
    const stage = new Stage(
      folder,
      logFolder,
      postgres,
      disks,
      redis,
      database,
      ledger,
      names,
      dnsPrefix,
      platform,
      customServers,
      alertMailbox,
    );
    if (options.behindPooler === true) stage.pooler = await startTestPgBouncer(postgres.url);
    await stage.startServices(options);
    return stage;
  }

  /** Returns a server for one team that no scenario has taken yet. */
  takeServer(): MailServer {
    const server = this.customServers[this.taken++];
    if (server === undefined) throw new Error('The stage has no mail server left; give it more customServers.');
    return server;
  }
  private taken = 0;

  /** Returns the small disk of `owner`. */
  diskOf(owner: DiskOwner): SmallDisk {
    const disk = this.disks.get(owner);
    if (disk === undefined) throw new NotPossibleHereError('needs root, to mount a small disk');
    return disk;
  }

  /** The folder in which the dispatchers store results that PostgreSQL could not take. */
  get journalFolder(): string {
    return this.disks.get('journal')?.pathOf('journal') ?? join(this.folder, 'journal');
  }

  /** Returns how often these services (by default the dispatchers) have logged `words` so far. */
  countInLogs(words: string, services: readonly ServiceProcess[] = this.dispatchers): number {
    const logs = services.map(({ options }) => readFileSync(join(this.logFolder, `${options.name}.log`), 'utf8'));
    return logs.join('').split(words).length - 1;
  }

  /** Resolves with the dispatcher that holds the claim of a delivery now. */
  async holderOf(key: string): Promise<ServiceProcess | null> {
    const [row] = await this.database.rows<{ claimed_by: string | null }>('SELECT claimed_by FROM dispatch.deliveries WHERE key = $1', [
      key,
    ]);
    const pid = Number(row?.claimed_by?.split(':')[1]);
    return this.dispatchers.find((dispatcher) => dispatcher.pid === pid) ?? null;
  }

  async strike(): Promise<void> {
    this.redis.thaw();
    const services = [...this.dispatchers, ...this.notifiers, this.settings];
    await Promise.all(services.map((service) => service.kill()));
    await this.invoicing.close();
    await this.database.close();
    await this.pooler?.stop();
    await Promise.all([this.postgres.stop(), this.redis.stop(), this.platform.close(), this.alertMailbox.close()]);
    await Promise.all(this.customServers.map((server) => server.close()));
    await this.names.close();
    this.ledger.close();
    for (const wire of this.wires) wire.close();
    for (const disk of this.disks.values()) disk.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Replaces the platform's certificate and key. Dispatchers that are started from now on sign with the new ones. */
  renewCertificate({ hasEnded = false } = {}): void {
    const ago = (days: number): Date => new Date(Date.now() - days * 24 * 60 * 60 * 1000);
    const validity = hasEnded ? { validFrom: ago(10), validTo: ago(1) } : {};
    const { p12 } = createTestIdentity({ address: PLATFORM_FROM, keyPem: newRsaKeyPem(), ...validity });
    writeFileSync(join(this.folder, SIGNER_FILE), p12);
  }

  private async startServices({
    env = {},
    dispatchers = 2,
    notifiers = 2,
    wired = false,
    nodeArgs = [],
    redisUrl = this.redis.url,
    databaseUrl = this.postgres.url,
  }: StageOptions): Promise<void> {
    const { common, forDispatcher, forNotifier } = this.environments(env, redisUrl, databaseUrl);
    await migrateSchemas(common);
    await watchStates(this.database);
    const add = (name: string, service: ServiceProcess['options']['service'], serviceEnv: NodeJS.ProcessEnv, prefix: string[] = []) =>
      new ServiceProcess({ name, service, env: serviceEnv, logFolder: this.logFolder, prefix, nodeArgs });
    this.settings = add('settings-api', 'settings-api', common);
    for (let index = 1; index <= dispatchers; index += 1) {
      if (wired) this.wires.push(await Wire.to(databaseUrl));
      const DATABASE_URL = this.wires.at(-1)?.databaseUrl ?? common['DATABASE_URL'];
      this.dispatchers.push(add(`mail-dispatcher-${index}`, 'mail-dispatcher', { ...forDispatcher, DATABASE_URL }, this.dnsPrefix ?? []));
    }
    for (let index = 1; index <= notifiers; index += 1)
      this.notifiers.push(add(`notification-service-${index}`, 'notification-service', forNotifier));
    await Promise.all([this.settings, ...this.dispatchers, ...this.notifiers].map((service) => service.start()));
    const tokens = await issueTokens(this.jwtSecret);
    this.invoicing = new Invoicing(
      redisUrl,
      () => this.settings.url,
      () => this.dispatchers[0]?.url ?? '',
      tokens.service,
    );
  }

  /** Returns the environments: of all services, of a dispatcher, and of a notification-service. */
  private environments(env: NodeJS.ProcessEnv, redisUrl: string, databaseUrl: string) {
    const identity = createTestIdentity({ address: PLATFORM_FROM });
    this.signerCaPem = identity.caPem;
    const file = (name: string, content: string | Buffer): string => {
      const path = join(this.folder, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    const certificates = file('ca.pem', this.platform.caPem);
    const platformHost = this.dnsPrefix === null ? '127.0.0.1' : PLATFORM_HOST;
    const common: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: this.pooler?.url ?? databaseUrl,
      REDIS_URL: redisUrl,
      AUTH_JWT_SECRET: this.jwtSecret,
      SECRET_KEYS: `faults:${randomBytes(32).toString('base64')}`,
      NOTIFICATION_SECRET_KEYS: `faults:${randomBytes(32).toString('base64')}`,
      PLATFORM_FROM_ADDRESS: PLATFORM_FROM,
      PLATFORM_SMTP_CA_FILE: certificates,
      SMTP_CA_FILE: certificates,
      // 203.0.113.0/24 is reserved for documentation (RFC 5737), so that nobody is at these addresses.
      SMTP_ALLOWED_NETWORKS: '127.0.0.0/8,203.0.113.0/24',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
      OAUTH_ALLOWED_NETWORKS: '127.0.0.0/8',
      SMTP_ALLOWED_PORTS: this.customServers.map(({ port }) => port).join(','),
      LOG_LEVEL: 'info',
    };
    const forDispatcher: NodeJS.ProcessEnv = {
      ...common,
      ...TIMES,
      PLATFORM_SMTP_URL: `smtp://${ACCOUNT.username}:${ACCOUNT.password}@${platformHost}:${this.platform.port}`,
      SMIME_P12_FILE: file(SIGNER_FILE, identity.p12),
      SMIME_P12_PASSPHRASE: identity.passphrase,
      DOCUMENT_STORE_URL: `file:${this.disks.get('documents')?.pathOf('documents') ?? join(this.folder, 'documents')}`,
      RESULT_JOURNAL_DIR: this.journalFolder,
      ...env,
    };
    const forNotifier = {
      ...common,
      PLATFORM_SMTP_URL: `smtp://${ACCOUNT.username}:${ACCOUNT.password}@127.0.0.1:${this.alertMailbox.port}`,
    };
    return { common, forDispatcher, forNotifier };
  }
}

/** Mounts the disks, without those that this machine does not allow us to mount. */
function mountDisks(megabytes: StageOptions['diskMb'] = {}): Map<DiskOwner, SmallDisk> {
  const disks = Object.entries(megabytes).map(([owner, size]) => [owner as DiskOwner, SmallDisk.mount(size)] as const);
  return new Map(disks.flatMap(([owner, disk]) => (disk === null ? [] : [[owner, disk] as const])));
}
