// The variables that more than one service reads, each defined once, with its form, default and description. The table in docs/operating.md
// is made from these definitions.
import { z } from 'zod';
import ipaddr from 'ipaddr.js';
import { USER_TOKEN_LIFE_MS } from '../auth/token-verifier.js';
import { readEnvironment } from './read-environment.js';
import { parseRedisUrl, RedisUrlError } from '../redis/redis-address.js';
import { isRateLimitName, RATE_LIMITS, type RateLimitChanges } from '../http/limiting/rate-limits.js';

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseDuration(value: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value.trim());
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : null;
}

/** Returns a schema of the texts that `parse` can read. For all others `parse` returns `null`, and `message` says what they must be. */
const readable = <T>(parse: (value: string) => T | null, message: string) =>
  z.string().transform((value, context): T => {
    const read = parse(value);
    if (read !== null) return read;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** A duration such as `30s` or `5m`, in milliseconds. */
export const duration = readable(parseDuration, 'must be a duration such as 30s, 5m or 2h');

export const DAY_MS = 24 * 60 * 60 * 1000;
/** A retention period of at least one day, because a shorter one is hardly intended. */
export const atLeastADay = duration.refine((ms) => ms >= DAY_MS, 'must be at least 1d');

/** Durations separated by commas, in milliseconds. */
export const durations = readable((value) => {
  const list = value.split(',').map(parseDuration);
  return list.every((ms) => ms !== null) ? list : null;
}, 'must be durations separated by commas, such as 5m,30m');

/** A size such as `64KiB` or `128MiB`, in bytes. */
export const byteSize = readable((value) => {
  const match = /^(\d{1,9})(KiB|MiB|GiB)$/.exec(value.trim());
  return match && Number(match[1]) * 1024 ** (['KiB', 'MiB', 'GiB'].indexOf(match[2] ?? '') + 1);
}, 'must be a size such as 64KiB, 128MiB or 1GiB');

/** A whole number within bounds, written in decimal digits. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const port = wholeNumber(0, 65535);
const url = (protocols: string[]) =>
  z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

const redisUrl = z.string().superRefine((value, context) => {
  try {
    parseRedisUrl(value);
  } catch (error) {
    if (!(error instanceof RedisUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

const secretKeys = readable((value) => {
  const keys = value.split(',').map((pair) => {
    const [id = '', base64 = ''] = pair.trim().split(/:(.*)/s);
    return { id, key: Buffer.from(base64, 'base64') };
  });
  const areWhole = keys.every(({ id, key }) => /^[A-Za-z0-9_-]{1,32}$/.test(id) && key.length === 32);
  return areWhole && new Set(keys.map(({ id }) => id)).size === keys.length ? keys : null;
}, 'must be "id:base64key,…" with different ids and keys of 32 bytes (openssl rand -base64 32)');

const networks = readable((value) => {
  const list = value.split(',').map((cidr) => cidr.trim());
  return list.every((cidr) => ipaddr.isValidCIDR(cidr)) ? list : null;
}, 'must be networks in CIDR form separated by commas, such as 10.1.0.0/16');

const ports = readable((value) => {
  const list = value.split(',').map((item) => Number(item.trim()));
  return list.every((item) => Number.isInteger(item) && item > 0 && item < 65536) ? list : null;
}, 'must be port numbers separated by commas, such as 25,465,587');

const share = z
  .string()
  .refine((value) => /^(?:0?\.\d+|[01](?:\.0+)?)$/.test(value), 'must be a share from 0 to 1, such as 0.05')
  .transform(Number);

const rateLimits = readable(
  (value) => {
    const changes: RateLimitChanges = {};
    for (const item of value.split(',')) {
      const [, name = '', requests, window = ''] = /^([a-z-]+)=(\d{1,9})\/(\w+)$/.exec(item.trim()) ?? [];
      const ms = parseDuration(window) ?? 0;
      if (!isRateLimitName(name) || Number(requests) < 1 || ms < 1000) return null;
      changes[name] = { requests: Number(requests), seconds: Math.floor(ms / 1000) };
    }
    return changes;
  },
  `must be limits separated by commas, such as searches=60/1m; there are ${Object.keys(RATE_LIMITS).join(', ')}`,
);

const described = <T extends z.ZodType>(schema: T, description: string, secret = false): T => schema.meta({ description, secret });

/** The variables that every service reads. */
const commonVariables = {
  DATABASE_URL: described(
    url(['postgres:', 'postgresql:']),
    'PostgreSQL, `postgresql://user:password@host:5432/database`; with TLS `?sslmode=verify-full&sslrootcert=/path/to/ca.pem`',
    true,
  ),
  DATABASE_CONNECT_TIMEOUT: described(
    duration.default(5000),
    'longest wait for a free or new connection to PostgreSQL; a request that waits longer is answered 503',
  ),
  REDIS_URL: described(
    redisUrl,
    '`redis://user:password@host:6379/0`, `redis+sentinel://user:password@host,host/name/0` or `redis+cluster://user:password@host,host`, by TLS `rediss…`; append-only, `maxmemory-policy noeviction`',
    true,
  ),
  REDIS_CA_FILE: described(
    z.string().optional(),
    'PEM file of the authority for the certificate of `rediss://`, in place of the public ones',
  ),
  REDIS_PREFIX: described(
    z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be at most 64 letters, digits, dots, hyphens and underscores')
      .optional(),
    'stands before each key and channel, for environments that share a Redis; the same for all services and publishers',
  ),
  HTTP_HOST: described(z.string().default('127.0.0.1'), 'address to listen on; `0.0.0.0` in a container'),
  CONSOLE_ORIGIN: described(
    z
      .string()
      .refine((value) => URL.canParse(value) && new URL(value).origin === value, 'must be an origin such as https://mail.example.com')
      .optional(),
    'origin of the web page, which alone may call from a browser; none when not set',
  ),
  AUTH_JWT_SECRET: described(
    z.string().min(32, 'must have at least 32 characters').optional(),
    'secret of HS256 tokens; this or `AUTH_JWKS_URL`',
    true,
  ),
  AUTH_JWKS_URL: described(url(['https:', 'http:']).optional(), 'public keys of the identity provider; this or `AUTH_JWT_SECRET`'),
  AUTH_USER_TOKEN_LIFE: described(
    duration.refine((ms) => ms >= 60_000, 'must be at least 1m').default(USER_TOKEN_LIFE_MS),
    "longest life of a user's token, from `iat` to `exp`; those of internal services may be longer",
  ),
  RATE_LIMITS: described(
    rateLimits.optional(),
    'request limits that differ from the defaults, `name=requests/time,…`, such as `searches=120/1m`',
  ),
  LOG_LEVEL: described(
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be one of fatal, error, warn, info, debug, trace, silent')
      .default('info'),
    'how much is logged',
  ),
  SHUTDOWN_DELAY: described(
    duration.default(5000),
    'after SIGTERM, how long a service that reports not ready still accepts requests, so that load balancers notice',
  ),
  SHUTDOWN_GRACE: described(
    duration.default(30_000),
    "then, how long requests and mail under way may take: a server's late answer within it makes no second copy. An end takes 15 s more at most",
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: described(
    url(['http:', 'https:']).optional(),
    'who takes traces by OTLP over HTTP, such as `http://jaeger:4318`; nothing is traced when not set',
  ),
  OTEL_TRACES_SAMPLER_ARG: described(
    share.default(1),
    'share of the traces begun here that are recorded, from 0 to 1; what a caller traces (`traceparent`) is traced to its end',
  ),
  BUILD_COMMIT: described(
    z
      .string()
      .regex(/^[0-9a-f]{7,40}$/, 'must be the hash of a commit')
      .optional(),
    'commit that the service was built from, as `GET /version` tells it',
  ),
} as const;

/** One definition per variable; each service's `*.env.ts` picks what it needs. */
export const variables = {
  ...commonVariables,
  SETTINGS_API_PORT: described(port.default(4100), 'HTTP port of settings-api'),
  MAIL_DISPATCHER_PORT: described(port.default(4101), 'HTTP port of mail-dispatcher'),
  NOTIFICATION_SERVICE_PORT: described(port.default(4102), 'HTTP port of notification-service'),
  CONSOLE_URL: described(
    z.url({ protocol: /^https?$/, error: 'must be a URL such as https://mail.example.com' }).optional(),
    'address of the web page: for links in e-mails to users, which carry codes to be entered there without it, and for the way back from Microsoft, Google and other providers (`/v1/mail-connections/callback`)',
  ),
  SECRET_KEYS: described(
    secretKeys,
    '`id:base64key,…`, 32 bytes each; the first seals, all open: passwords, certificates and mailboxes of teams',
    true,
  ),
  NOTIFICATION_SECRET_KEYS: described(
    secretKeys,
    'the same as `SECRET_KEYS`, for the secrets of webhooks: separate keys, so that no service can open what only the others need; one of the two is required',
    true,
  ).meta({ elseUses: 'SECRET_KEYS' }),
  PLATFORM_SMTP_URL: described(
    url(['smtp:', 'smtps:']),
    "the platform's server, `smtp://user:pass@host:587` (STARTTLS; without user and password plain, unless `?security=starttls`) or `smtps://…`",
    true,
  ),
  PLATFORM_SMTP_CA_FILE: described(z.string().optional(), "PEM file of an extra authority for the platform server's certificate"),
  ALERT_SMTP_URL: described(
    url(['smtp:', 'smtps:']).optional(),
    "a second server, written as `PLATFORM_SMTP_URL`, that takes alerts by e-mail which the platform's does not take; it must be allowed to send as `PLATFORM_FROM_ADDRESS`, and its certificate be of a public authority",
    true,
  ),
  PLATFORM_FROM_ADDRESS: described(
    z.email('must be an e-mail address'),
    "the platform's sender address; the signing certificate must be issued to it",
  ),
  SMTP_CONNECT_TIMEOUT: described(duration.default(10_000), 'longest wait for a connection'),
  SMTP_REPLY_TIMEOUT: described(duration.default(60_000), 'longest wait for a reply'),
  SMTP_FINAL_REPLY_TIMEOUT: described(duration.default(600_000), 'longest wait for the reply to the end of data (RFC 5321 4.5.3.2.6)'),
  SMTP_ALLOWED_NETWORKS: described(networks.default([]), "private networks that a team's server may resolve to"),
  WEBHOOK_ALLOWED_NETWORKS: described(
    networks.default([]),
    "private networks that a team's webhooks may call, on any port and without TLS",
  ),
  OAUTH_ALLOWED_NETWORKS: described(
    networks.default([]),
    'networks that a sign-in provider named by a team may be in although private, at any port and also without TLS',
  ),
  SMTP_ALLOWED_PORTS: described(ports.default([25, 465, 587, 2525]), "ports that a team's server may use"),
  SMTP_CA_FILE: described(
    z.string().optional(),
    "PEM file of authorities that teams' servers may be certified by, besides the public ones",
  ),
  SMTP_CLIENT_NAME: described(
    z
      .string()
      .regex(/^[A-Za-z0-9.-]{1,253}$/, 'must be a host name')
      .optional(),
    'fully qualified name said in EHLO; by default that of the machine, else its address',
  ),
} as const;

/**
 * Returns the database URL for migrations: `MIGRATION_DATABASE_URL`, whose role may migrate the tables, or `DATABASE_URL` if it is not set.
 * Reads nothing else, so that migrations can run where no other secret is available.
 * @throws EnvironmentError
 */
export function readMigrationUrl(source: NodeJS.ProcessEnv): string {
  const given = readEnvironment(z.object({ MIGRATION_DATABASE_URL: variables.DATABASE_URL.optional() }), source).MIGRATION_DATABASE_URL;
  return given ?? readEnvironment(z.object({ DATABASE_URL: variables.DATABASE_URL }), source).DATABASE_URL;
}

/**
 * Returns the schema of a service's environment: the variables of all services, those of `shape`, and the rule that there must be a way to
 * check tokens.
 */
export function environmentSchema<T extends z.ZodRawShape>(shape: T) {
  return z.object({ ...commonVariables, ...shape }).superRefine((env, context) => {
    const { AUTH_JWT_SECRET, AUTH_JWKS_URL } = env as { AUTH_JWT_SECRET?: string; AUTH_JWKS_URL?: string };
    if (!AUTH_JWT_SECRET && !AUTH_JWKS_URL) {
      context.addIssue({ code: 'custom', path: ['AUTH_JWT_SECRET'], message: 'or AUTH_JWKS_URL is needed to check tokens' });
    }
  });
}
