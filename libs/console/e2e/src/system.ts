// The whole system for a browser: real PostgreSQL, Redis and SMTP sockets, and the three built services as separate processes.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  createTestIdentity,
  findFreePort,
  HANGS_AFTER_MS,
  type OpenIdProvider,
  READS_WITHOUT_LIMIT,
  type ScriptedSmtpServer,
  type ServerProcess,
  startOpenIdProvider,
  startScriptedSmtpServer,
  startServerProcess,
  startTestDatabase,
  startTestRedis,
} from '@billing-mail/testkit';
import { TOKEN_AUDIENCE, type TokenClaims } from '@billing-mail/contracts';
import { SignJWT } from 'jose';

const PLATFORM_FROM = 'e-invoice@platform.example';
export const BOUNCE_DOMAIN = 'bounce.platform.example';
export const SERVICES = ['settings-api', 'mail-dispatcher', 'notification-service'] as const;
export type ServiceName = (typeof SERVICES)[number];

const root = join(__dirname, '..', '..', '..', '..');

export const MAIL_APP = { id: 'billing', secret: 'secret-of-the-app' };
/** A team's own app, which signs in without a person. */
export const APP_OF_TEAM = { id: 'app-of-team', secret: 'secret-of-the-app-of-the-team' };

export type SystemOptions = {
  retryDelays?: string;
  uncertainPolicy?: 'retry' | 'hold';
  logLevel?: 'warn' | 'debug';
  /** The platform's server is one that the spec starts at `relay`, and its reports come by SMTP. */
  isRelayed?: boolean;
  ports?: Partial<Record<ServiceName, number>>;
};
export type System = Awaited<ReturnType<typeof startSystem>>;
type Peers = Awaited<ReturnType<typeof startPeers>>;
type Urls = Record<ServiceName, string>;

/** Starts the whole system; `stop` ends all of it. */
export async function startSystem(options: SystemOptions = {}) {
  const peers = await startPeers();
  const { folder, database, redis, platform, own, relay } = peers;
  const urls = Object.fromEntries(
    await Promise.all(SERVICES.map(async (name) => [name, `http://127.0.0.1:${options.ports?.[name] ?? (await findFreePort())}`] as const)),
  ) as Urls;
  const secret = randomBytes(32).toString('hex');
  const env = environment(peers, urls, secret, options);
  for (const name of SERVICES) await migrateService(name, env);
  const services = new Services(urls, env);
  await Promise.all(SERVICES.map((name) => services.start(name)));

  return {
    urls,
    platform,
    /** Ports of the platform's server if it `isRelayed`: its own, the one to which it hands mail on, and the one for its reports. */
    relay,
    own,
    database,
    redis,
    start: (name: ServiceName): Promise<void> => services.start(name),
    /** Starts a second process of a service beside the first. Returns where it listens. */
    startAnother: async (name: ServiceName): Promise<string> => {
      const port = await findFreePort();
      const variable = `${name.toUpperCase().replace('-', '_')}_PORT`;
      return services.startAnother(name, port, { [variable]: String(port), RESULT_JOURNAL_DIR: join(folder, `journal-${port}`) });
    },
    end: (name: ServiceName): Promise<void> => services.end(name),
    /** Returns everything that the services have written to their logs. */
    logs: (): string => services.logs,
    ...signInProviders(peers, `${urls['settings-api']}/v1/mail-connections/callback`),
    /** Returns a token as the host application would hand it over. */
    token: ({ sub, ...claims }: TokenClaims, lastsSeconds = 3600): Promise<string> =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(sub)
        .setAudience(TOKEN_AUDIENCE)
        .setExpirationTime(Math.floor(Date.now() / 1000) + lastsSeconds)
        .sign(new TextEncoder().encode(secret)),
    stop: async (): Promise<void> => {
      await services.stop();
      await Promise.all([database.stop(), redis.stop(), platform.close(), own.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts what the services connect to, and chooses where programs that start later will listen. */
async function startPeers() {
  const folder = await mkdtemp(join(tmpdir(), 'console-e2e-'));
  const [database, redis, platform, own] = await Promise.all([
    startTestDatabase(),
    startTestRedis(),
    startScriptedSmtpServer(),
    startScriptedSmtpServer(),
  ]);
  const identity = createTestIdentity({ address: PLATFORM_FROM });
  await writeFile(join(folder, 'signer.p12'), identity.p12);
  await writeFile(join(folder, 'ca.pem'), own.caPem);
  const relay = { port: await findFreePort(), behind: platform.port, reports: await findFreePort() };
  const [microsoftPort, googlePort] = [await findFreePort(), await findFreePort()];
  return { folder, database, redis, platform, own, relay, microsoftPort, googlePort, passphrase: identity.passphrase };
}

function environment(
  { folder, database, redis, platform, own, relay, microsoftPort, googlePort, passphrase }: Peers,
  urls: Urls,
  secret: string,
  { retryDelays = '1s,1s', uncertainPolicy = 'retry', logLevel = 'warn', isRelayed = false }: SystemOptions,
): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    ...dateOfTests(),
    DATABASE_URL: database.url,
    DATABASE_CONNECT_TIMEOUT: '2m',
    REDIS_URL: redis.url,
    AUTH_JWT_SECRET: secret,
    SECRET_KEYS: `e2e:${randomBytes(32).toString('base64')}`,
    NOTIFICATION_SECRET_KEYS: `e2e:${randomBytes(32).toString('base64')}`,
    CONSOLE_ORIGIN: urls['settings-api'],
    CONSOLE_URL: urls['settings-api'],
    MAIL_DISPATCHER_PUBLIC_URL: urls['mail-dispatcher'],
    NOTIFICATION_SERVICE_PUBLIC_URL: urls['notification-service'],
    SETTINGS_API_PORT: new URL(urls['settings-api']).port,
    MAIL_DISPATCHER_PORT: new URL(urls['mail-dispatcher']).port,
    NOTIFICATION_SERVICE_PORT: new URL(urls['notification-service']).port,
    PLATFORM_SMTP_URL: `smtp://127.0.0.1:${isRelayed ? relay.port : platform.port}`,
    PLATFORM_FROM_ADDRESS: PLATFORM_FROM,
    // Reports are brought over HTTP (bounces.ts), or by the relay.
    BOUNCE_DOMAIN,
    ...(isRelayed ? { BOUNCE_SMTP_PORT: String(relay.reports) } : {}),
    BOUNCE_SECRET: `e2e:${randomBytes(32).toString('base64')}`,
    SMIME_P12_FILE: join(folder, 'signer.p12'),
    SMIME_P12_PASSPHRASE: passphrase,
    DOCUMENT_STORE_URL: `file:${join(folder, 'documents')}`,
    RESULT_JOURNAL_DIR: join(folder, 'journal'),
    // Nothing listens there until a test starts it.
    OAUTH_MICROSOFT_ISSUER: `http://127.0.0.1:${microsoftPort}`,
    OAUTH_GOOGLE_ISSUER: `http://127.0.0.1:${googlePort}`,
    ...{ OAUTH_MICROSOFT_CLIENT_ID: MAIL_APP.id, OAUTH_MICROSOFT_CLIENT_SECRET: MAIL_APP.secret },
    ...{ OAUTH_GOOGLE_CLIENT_ID: MAIL_APP.id, OAUTH_GOOGLE_CLIENT_SECRET: MAIL_APP.secret },
    RETRY_DELAYS: retryDelays,
    UNCERTAIN_POLICY: uncertainPolicy,
    SMTP_ALLOWED_NETWORKS: '127.0.0.0/8',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
    OAUTH_ALLOWED_NETWORKS: '127.0.0.0/8',
    SMTP_ALLOWED_PORTS: `25,465,587,2525,${own.port},${DOWN_PORT}`,
    SMTP_CA_FILE: join(folder, 'ca.pem'),
    SMTP_CONNECT_TIMEOUT: '2m',
    SMTP_REPLY_TIMEOUT: '2m',
    SMTP_FINAL_REPLY_TIMEOUT: '2m',
    SHUTDOWN_DELAY: '0s',
    // A test makes in seconds the ten mistakes for which a person takes minutes.
    RATE_LIMITS:
      `${READS_WITHOUT_LIMIT},` +
      'smtp-test=1000/1m,connections=1000/1m,certificates=1000/1m,failed-sign-in=1000/1h,failed-sign-ins-of-team=1000/1h,settings-changes=1000/1m',
    LOG_LEVEL: logLevel,
  };
}

const signInProviders = ({ microsoftPort, googlePort }: Peers, callback: string) => ({
  /** Stands in for Microsoft 365: people there agree at once, unless they are told otherwise. */
  startMicrosoft: (account: string): Promise<OpenIdProvider> =>
    startOpenIdProvider({
      port: microsoftPort,
      clients: [
        {
          ...{ client_id: MAIL_APP.id, client_secret: MAIL_APP.secret },
          redirect_uris: [callback],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'client_secret_post',
        },
        {
          ...{ client_id: APP_OF_TEAM.id, client_secret: APP_OF_TEAM.secret, redirect_uris: [], response_types: [] },
          grant_types: ['client_credentials'],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      scopes: ['profile', 'https://outlook.office.com/SMTP.Send', 'https://outlook.office365.com/.default'],
      accounts: [account],
      emailInIdToken: true,
      revokes: 'no',
    }),
  /** Stands in for Google, with a service account that may send for the mailboxes of its domain. */
  startGoogle: (mailbox: string, serviceAccount: { email: string; publicKey: string }): Promise<OpenIdProvider> =>
    startOpenIdProvider({ port: googlePort, clients: [], scopes: ['https://mail.google.com/'], accounts: [mailbox], serviceAccount }),
});

/** The services as processes. */
class Services {
  logs = '';
  private readonly first = new Map<ServiceName, ServerProcess>();
  private readonly others: ServerProcess[] = [];

  constructor(
    private readonly urls: Urls,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  async start(name: ServiceName): Promise<void> {
    this.first.set(name, await startService(name, this.urls[name], this.env, this.onOutput));
  }

  async startAnother(name: ServiceName, port: number, changes: NodeJS.ProcessEnv): Promise<string> {
    const url = `http://127.0.0.1:${port}`;
    this.others.push(await startService(name, url, { ...this.env, ...changes }, this.onOutput));
    return url;
  }

  async end(name: ServiceName): Promise<void> {
    await this.first.get(name)?.end('SIGTERM');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.first.values(), ...this.others].map((process) => process.end('SIGTERM')));
  }

  private readonly onOutput = (text: string): void => {
    this.logs += text;
    process.stderr.write(text.replace(/^.*"level":"(?:debug|info)".*\n/gm, ''));
  };
}

/** If the tests run on another day, so do the services: these variables configure libfaketime. */
const dateOfTests = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    ['LD_PRELOAD', 'FAKETIME', 'DONT_FAKE_MONOTONIC'].flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])),
  );

/**
 * A port that is allowed for a team's server and at which nobody listens: above those of `findFreePort`, below those that systems use for
 * outgoing connections, and a different one in each run of tests.
 */
export const DOWN_PORT = 30_000 + (process.pid % 2000);

const migrateService = (name: ServiceName, env: NodeJS.ProcessEnv) =>
  promisify(execFile)(process.execPath, [join(root, 'apps', name, 'dist', 'migrate.js')], { cwd: root, env });

function startService(name: ServiceName, url: string, env: NodeJS.ProcessEnv, onOutput: (text: string) => void): Promise<ServerProcess> {
  return startServerProcess({
    command: process.execPath,
    args: [join(root, 'apps', name, 'dist', 'main.js')],
    cwd: root,
    env,
    ready: async () => {
      try {
        // A kept-alive connection may lead to another program that used this port before.
        return (await fetch(`${url}/health/ready`, { headers: { connection: 'close' }, signal: AbortSignal.timeout(2000) })).ok;
      } catch {
        return false; // not listening yet
      }
    },
    readyWithinMs: HANGS_AFTER_MS,
    deathSignal: 'TERM',
    onOutput,
  });
}

export type { ScriptedSmtpServer };
