// What a compromised service or a publisher can do to others with its own PostgreSQL or Redis user.
import { mkdir, rm } from 'node:fs/promises';
import { MIGRATOR_ROLE, SCHEMA_OF, serviceRoleOf } from '@billing-mail/platform';
import { newScratchFolder, startRedisServer, startTestDatabase } from '@billing-mail/testkit';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { provideDatabaseRoles } from '@billing-mail/tools/database-roles';
import { migrateSchemas } from '@billing-mail/tools/migrate-schemas';
import { redisUsers } from '@billing-mail/tools/starting/redis-users';
import { type Attack, type Attempt, type Kind } from '../attack.js';

type Role = { own: string; foreign: readonly string[]; foreignChannels: readonly string[] };
const PREFIX = '{billing-mail}';
/** For each Redis user: a key of its own, and keys and channels of others. */
const REDIS_ROLES: Record<string, Role> = {
  'settings-api': {
    own: `${PREFIX}:limits:x`,
    foreign: [`${PREFIX}:dispatch:wait`, `${PREFIX}:outcomes:wait`, 'x'],
    foreignChannels: ['delivery.updated'],
  },
  'mail-dispatcher': { own: `${PREFIX}:dispatch:x`, foreign: ['x', '{billing-mail'], foreignChannels: ['x'] },
  'notification-service': {
    own: `${PREFIX}:outcomes:x`,
    foreign: [`${PREFIX}:dispatch:wait`, 'x'],
    foreignChannels: ['settings.get', 'settings.changed'],
  },
  invoicing: {
    own: `${PREFIX}:dispatch:x`,
    foreign: [`${PREFIX}:outcomes:wait`, `${PREFIX}:limits:x`, 'x'],
    foreignChannels: ['settings.get', 'settings.changed', 'delivery.updated'],
  },
};

/** Ways to reach another user's key. A script may declare its keys or not. */
const reach = (own: string, key: string): string[][] => [
  ['GET', key],
  ['SET', key, 'x'],
  ['DEL', key],
  ['EXPIRE', key, '1'],
  ['COPY', own, key],
  ['RENAME', own, key],
  ['LMOVE', key, own, 'LEFT', 'LEFT'],
  ['SORT', own, 'BY', `${key}*`, 'GET', `${key}*`],
  ['EVAL', 'return redis.call("get", KEYS[1])', '1', key],
  ['EVAL', 'return redis.call("get", ARGV[1])', '0', key],
];
const reachChannel = (channel: string): string[][] => [
  ['PUBLISH', channel, '{}'],
  ['EVAL', 'return redis.call("publish", ARGV[1], "{}")', '0', channel],
];
const DANGEROUS = [
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['RANDOMKEY'],
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['SWAPDB', '0', '1'],
  ['CONFIG', 'GET', '*'],
  ['CONFIG', 'SET', 'dir', '/tmp'],
  ['ACL', 'LIST'],
  ['ACL', 'SETUSER', 'x', 'on'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['CLIENT', 'PAUSE', '1'],
  ['MONITOR'],
  ['PSUBSCRIBE', '*'],
  ['PUBSUB', 'CHANNELS', '*'],
  ['DEBUG', 'SLEEP', '0'],
  ['REPLICAOF', '127.0.0.1', '1'],
  ['MODULE', 'LOAD', '/tmp/x.so'],
  ['FUNCTION', 'LOAD', '#!lua name=x\nredis.register_function("f", function() end)'],
  ['FUNCTION', 'FLUSH'],
  ['SCRIPT', 'FLUSH'],
  ['SCRIPT', 'KILL'],
  ['MIGRATE', '127.0.0.1', '1', 'x', '0', '1'],
  ['SLOWLOG', 'GET'],
  ['SAVE'],
  ['BGREWRITEAOF'],
  ['EVAL', 'return redis.call("flushall")', '0'],
  ['SHUTDOWN', 'NOSAVE'],
];

async function tryCommands(attempt: Attempt, user: string, redis: Redis): Promise<number> {
  const { own, foreign, foreignChannels } = REDIS_ROLES[user] as Role;
  await redis.set(own, 'x');
  const commands = [...foreign.flatMap((key) => reach(own, key)), ...foreignChannels.flatMap(reachChannel), ...DANGEROUS];
  for (const [command = '', ...args] of commands) {
    const answer: unknown = await redis.call(command, ...args).catch((error: unknown) => error);
    const isRefused =
      answer instanceof Error && /NOPERM|ACL failure|command not allowed|user executing the script can't/.test(answer.message);
    attempt.expect(isRefused, `${user}: ${command} ${args.join(' ')}: ${String(answer).slice(0, 200)}`);
  }
  return commands.length;
}

const redisUser: Attack = {
  name: 'redis',
  tries: 'each user of Redis reaches for the keys and channels of others, and for what changes or empties Redis',
  expects: 'every command is refused',
  run: async (attempt) => {
    const dataFolder = await newScratchFolder('redis-users');
    await mkdir(dataFolder, { recursive: true });
    const { port, process } = await startRedisServer({ dataFolder, port: 0, password: 'default', users: redisUsers((user) => user) });
    try {
      let tried = 0;
      for (const user of Object.keys(REDIS_ROLES)) {
        const redis = new Redis({ port, username: user, password: user, enableReadyCheck: false, maxRetriesPerRequest: 0 });
        redis.on('error', () => undefined);
        tried += await tryCommands(attempt, user, redis).finally(() => redis.disconnect());
      }
      return `${tried} commands of ${Object.keys(REDIS_ROLES).length} users`;
    } finally {
      await process.end('SIGKILL');
      await rm(dataFolder, { recursive: true, force: true });
    }
  },
};

const SCHEMAS = Object.values(SCHEMA_OF);
const reachTable = (table: string): string[] => [
  `SELECT * FROM ${table} LIMIT 0`,
  `SELECT * FROM ${table} LIMIT 0 FOR UPDATE`,
  `DELETE FROM ${table} WHERE false`,
  `INSERT INTO ${table} SELECT * FROM ${table} LIMIT 0`,
  `TRUNCATE ${table}`,
  `COPY ${table} TO STDOUT`,
];
const ELSEWHERE = [
  `SET ROLE ${MIGRATOR_ROLE}`,
  'SELECT rolpassword FROM pg_authid',
  `SELECT pg_read_file('/etc/passwd')`,
  `COPY (SELECT 1) TO PROGRAM 'true'`,
  'CREATE TABLE public.more ()',
  'CREATE FUNCTION public.more() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  'CREATE EXTENSION dblink',
  'CREATE ROLE more',
  'ALTER SYSTEM SET log_statement = none',
];

async function tryStatements(attempt: Attempt, role: string, url: string, statements: readonly string[]): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) {
      const error: unknown = await client.query(statement).then(
        () => null,
        (reason: unknown) => reason,
      );
      const isRefused = error instanceof Error && /permission denied|must be superuser/.test(error.message);
      attempt.expect(isRefused, `${role}: ${statement}: ${error instanceof Error ? error.message : 'done'}`);
    }
  } finally {
    await client.end();
  }
  return statements.length;
}

const databaseRole: Attack = {
  name: 'postgresql',
  tries: 'the role of each service reaches for every table of the others, for the server’s files and for more rights',
  expects: 'every statement is refused',
  run: async (attempt) => {
    // Uses its own PostgreSQL, because the ownership of tables is transferred there, which takes locks.
    const postgres = await startTestDatabase();
    try {
      const urlOf = (role: string): string => postgres.url.replace(/\/\/[^@]+@/, `//${role}:of-${role}@`);
      const [settings, dispatch, notify] = SCHEMAS.map((schema) => urlOf(serviceRoleOf(schema)));
      const roles = { SETTINGS_DATABASE_URL: settings, DISPATCH_DATABASE_URL: dispatch, NOTIFY_DATABASE_URL: notify };
      const MIGRATION_DATABASE_URL = urlOf(MIGRATOR_ROLE);
      await provideDatabaseRoles({ ...roles, MIGRATION_DATABASE_URL, ADMIN_DATABASE_URL: postgres.url });
      await migrateSchemas({ ...process.env, DATABASE_URL: '', MIGRATION_DATABASE_URL });
      const tables = await tablesIn(postgres.url);
      let tried = 0;
      for (const schema of SCHEMAS) {
        const foreign = tables.filter((table) => !table.startsWith(`${schema}.`));
        const role = serviceRoleOf(schema);
        tried += await tryStatements(attempt, role, urlOf(role), [...foreign.flatMap(reachTable), ...ELSEWHERE]);
      }
      attempt.expect(tables.length > SCHEMAS.length, 'there are no tables');
      return `${tried} statements, ${tables.length} tables`;
    } finally {
      await postgres.stop();
    }
  },
};

async function tablesIn(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY($1)`,
    [SCHEMAS],
  );
  await client.end();
  return rows.map(({ name }) => name);
}

export const neighbours: Kind = { name: 'neighbours', attacks: [redisUser, databaseRole] };
