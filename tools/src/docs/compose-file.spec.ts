// Checks docker-compose.yml without a Docker engine: against the Compose specification (compose-spec.json is a copy of the schema that its
// authors publish), against what the services read, and against the files that docker/make-secrets.sh makes.
import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { findFreePort, findProgram, startServerProcess } from '@billing-mail/testkit';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import {
  DATABASE_ROLES,
  dataSourceOptions,
  MIGRATOR_ROLE,
  readEnvironment,
  readMigrationUrl,
  redisOptions,
  SCHEMA_OF,
  serviceRoleOf,
} from '@billing-mail/platform';
import { Redis } from 'ioredis';
import { parse } from 'yaml';
import { z } from 'zod';
import { provideDatabaseRoles } from '../database-roles.js';
import { workspaceRoot } from '../workspace.js';
import { loadServiceEnvironments } from './service-environments.js';

const run = promisify(execFile);
const FROM_ADDRESS = 'e-invoice@example.com';
const SERVICES = ['settings-api', 'mail-dispatcher', 'notification-service'] as const;

const dependency = z.object({ condition: z.enum(['service_healthy', 'service_completed_successfully']) });
// docker-compose.yml leaves these at their defaults: inside a container no other program uses the ports.
const FIXED_PORTS = ['SETTINGS_API_PORT', 'MAIL_DISPATCHER_PORT', 'NOTIFICATION_SERVICE_PORT'];

const service = z.object({
  image: z.string(),
  build: z.object({ target: z.string() }).optional(),
  pull_policy: z.string().optional(),
  entrypoint: z.array(z.string()).default([]),
  user: z.string().optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), dependency).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  container_name: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  deploy: z.object({
    replicas: z.string().optional(),
    resources: z.object({ limits: z.object({ memory: z.string(), pids: z.number() }) }),
  }),
});
const composeFile = z.object({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

const text = readFileSync(join(workspaceRoot, 'docker-compose.yml'), 'utf8');
const proxyConfiguration = readFileSync(join(workspaceRoot, 'docker', 'nginx.conf'), 'utf8');
const raw: unknown = parse(text, { merge: true });
const compose = composeFile.parse(raw);
const serviceNamed = (name: string) => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};

describe('docker-compose.yml', () => {
  let secretsFolder: string;
  beforeAll(async () => {
    secretsFolder = mkdtempSync(join(tmpdir(), 'billing-mail-secrets-'));
    await run(join(workspaceRoot, 'docker', 'make-secrets.sh'), ['--try', FROM_ADDRESS], {
      env: { ...process.env, SECRETS_DIR: secretsFolder, ENV_FILE: join(secretsFolder, '.env') },
    });
  });
  afterAll(() => rmSync(secretsFolder, { recursive: true, force: true }));

  /**
   * Returns a container's environment with `${NAME:-default}` and `${NAME:?message}` substituted and secrets
   * taken from where they are here.
   */
  function environmentIn(name: string, set: Record<string, string>): Record<string, string> {
    const filled = Object.entries(serviceNamed(name).environment).map(([variable, value]): [string, string] => [
      variable,
      value
        .replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, key: string, kind: string, rest: string) => set[key] ?? (kind === '-' ? rest : ''))
        .replace('/run/secrets/', `${secretsFolder}/`),
    ]);
    return Object.fromEntries(filled);
  }

  it('is what the Compose specification allows', () => {
    const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(readFileSync(join(__dirname, 'compose-spec.json'), 'utf8')) as object);
    validate(raw);
    expect(validate.errors).toBeNull();
    validate({ services: { x: { imagee: 'typo' } } });
    expect(validate.errors).not.toBeNull();
  });

  it.each(SERVICES)('gives %s all that it needs, in the form that it takes', async (name) => {
    const environments = await loadServiceEnvironments('src');
    const schema = environments.find((candidate) => candidate.service === name)?.schema ?? z.object({});
    const env = readEnvironment(schema, environmentIn(name, { PLATFORM_FROM_ADDRESS: FROM_ADDRESS }));
    expect(env).toMatchObject({ HTTP_HOST: '0.0.0.0' });
  });

  it.each(SERVICES)('sets nothing that %s does not read', async (name) => {
    const environments = await loadServiceEnvironments('src');
    const known = Object.keys(environments.find((candidate) => candidate.service === name)?.schema.shape ?? {});
    const set = Object.keys(serviceNamed(name).environment);
    expect(set.filter((variable) => !known.includes(variable) && !known.includes(variable.replace(/_FILE$/, '')))).toEqual([]);
  });

  it.each(SERVICES)('passes on to %s whatever it reads', async (name) => {
    const environments = await loadServiceEnvironments('src');
    const read = Object.keys(environments.find((candidate) => candidate.service === name)?.schema.shape ?? {});
    const { environment } = serviceNamed(name);
    const missing = read.filter((variable) => !(variable in environment || `${variable}_FILE` in environment));
    expect(missing.filter((variable) => !FIXED_PORTS.includes(variable))).toEqual([]);
  });

  it('builds an image once, whoever runs it, and asks no registry for it', () => {
    const built = Object.values(compose.services).flatMap(({ image, build }) => (build === undefined ? [] : [image]));
    expect(built.sort()).toEqual(['billing-mail', 'billing-mail-mailbox', 'billing-mail-proxy']);
    const others = Object.values(compose.services).filter(({ image, build }) => built.includes(image) && build === undefined);
    expect(new Set(others.map(({ pull_policy }) => pull_policy))).toEqual(new Set(['never']));
  });

  it('runs only what the Dockerfile puts into the image', () => {
    const copied = /cp -a --parents ([^&]+) \/runtime/.exec(readFileSync(join(workspaceRoot, 'Dockerfile'), 'utf8'))?.[1] ?? '';
    const patterns = copied.split(/[\s\\]+/).map((path) => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}(/|$)`));
    const run = Object.values(compose.services)
      .filter(({ image }) => image === 'billing-mail')
      .flatMap(({ command = [], entrypoint }) => [...entrypoint, command].flat().join(' ').replaceAll('$$app', 'settings-api'))
      .flatMap((line) => line.match(/[\w-]+(?:\/[\w-]+)*\.(?:js|sh)\b/g) ?? []);
    expect(run.length).toBeGreaterThanOrEqual(5);
    expect(run.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  });

  it('puts into the image all that the tools import', () => {
    const sources = join(workspaceRoot, 'tools', 'src');
    const imported = new Set<string>();
    const follow = (file: string): void => {
      if (imported.has(file)) return;
      const source = readFileSync(file, 'utf8');
      imported.add(file);
      // Type imports do not exist at run time.
      const withValues = source.replace(/^import \{(?: *type [\w ]+,?)+ *\} from .*$/gm, '');
      for (const [, path = ''] of withValues.matchAll(/from '(\.{1,2}\/[^']+)\.js'/g)) follow(`${join(dirname(file), path)}.ts`);
    };
    follow(join(sources, 'containers', 'main.ts'));
    const copied = /cp -a --parents ([^&]+) \/runtime/.exec(readFileSync(join(workspaceRoot, 'Dockerfile'), 'utf8'))?.[1] ?? '';
    const folderOf = (file: string): string => join('tools', 'dist', dirname(relative(sources, file)));
    const folders = new Set([...imported].map(folderOf));
    expect([...folders].filter((folder) => folder !== 'tools/dist' && !`${copied} `.includes(`${folder} `))).toEqual([]);
  });

  it('needs nothing of the tests for what it runs', () => {
    const compiled = new Set<string>();
    const follow = (config: string): void => {
      if (compiled.has(config)) return;
      compiled.add(config);
      const { references = [] } = JSON.parse(readFileSync(config, 'utf8')) as { references?: { path: string }[] };
      for (const reference of references) follow(join(dirname(config), reference.path));
    };
    for (const project of [...SERVICES.map((name) => join('apps', name)), 'tools'])
      follow(join(workspaceRoot, project, 'tsconfig.build.json'));
    const libraries = [...compiled].map((config) => basename(dirname(config)));
    expect(libraries).toContain('platform');
    expect(libraries).not.toContain('testkit');
  });

  const secret = (name: string): string => readFileSync(join(secretsFolder, name), 'utf8').trim();

  it('migrates as the role that owns the tables, which it makes with addresses of the database and nothing else', async () => {
    const env = environmentIn('migrations', {});
    expect(new URL(readMigrationUrl(env)).username).toBe(MIGRATOR_ROLE);
    const { ADMIN_DATABASE_URL_FILE: _, ...forSomebodyElse } = env;
    const printed = await provideDatabaseRoles(forSomebodyElse);
    for (const role of DATABASE_ROLES) expect(printed).toContain(`CREATE ROLE ${role};`);
    expect(serviceNamed('migrations').secrets.filter((name) => !/_database_url$/.test(name))).toEqual(['ca_certificate']);
  });

  it.each(SERVICES)('lets %s sign in with its own rights, at servers that prove who they are', async (name) => {
    const environments = await loadServiceEnvironments('src');
    const schema = environments.find((candidate) => candidate.service === name)?.schema ?? z.object({});
    const env = readEnvironment(schema, environmentIn(name, { PLATFORM_FROM_ADDRESS: FROM_ADDRESS })) as Record<string, string>;
    const database = new URL(env['DATABASE_URL'] ?? '');
    expect([database.username, database.host]).toEqual([serviceRoleOf(SCHEMA_OF[name]), 'postgres:5432']);
    expect(Object.fromEntries(database.searchParams)).toEqual({ sslmode: 'verify-full', sslrootcert: '/run/secrets/ca_certificate' });
    const redis = new URL(env['REDIS_URL'] ?? '');
    expect([redis.protocol, redis.username, redis.host]).toEqual(['rediss:', name, 'redis:6379']);
    expect(secret('redis_acl')).toContain(`user ${name} on #${createHash('sha256').update(redis.password).digest('hex')} `);
  });

  it.each(['postgres', 'redis'])(
    'has a certificate for %s by the authority that the others are given, and keeps its key to itself',
    (name) => {
      const certificate = new X509Certificate(secret(`${name}_certificate`));
      expect(certificate.checkIssued(new X509Certificate(secret('ca_certificate')))).toBe(true);
      expect(certificate.checkHost(name)).toBe(name);
      expect(certificate.checkPrivateKey(createPrivateKey(secret(`${name}_key`)))).toBe(true);
      const holders = Object.entries(compose.services).filter(([, { secrets }]) => secrets.some((held) => held === `${name}_key`));
      expect(holders.map(([holder]) => holder)).toEqual([name]);
      expect(Object.keys(compose.secrets)).not.toContain('ca_key');
    },
  );

  it('starts a Redis that takes the services by their certificates and users, and nobody else', async () => {
    const command = serviceNamed('redis').command;
    const port = await findFreePort();
    const args = String(command).replaceAll('/run/secrets/', `${secretsFolder}/`).replace('--dir /data', `--dir ${secretsFolder}`);
    const [program = '', ...options] = args.replace('--tls-port 6379', `--tls-port ${port}`).split(/\s+/).filter(Boolean);
    const server = await startServerProcess({
      command: findProgram(program) ?? program,
      args: options,
      ready: /Ready to accept connections/,
      readyWithinMs: 60_000,
      deathSignal: 'KILL',
    });
    const clientOf = (url: string): Redis => {
      const named = {
        ...redisOptions({ REDIS_URL: url, REDIS_CA_FILE: join(secretsFolder, 'ca_certificate') }),
        host: '127.0.0.1',
        port,
        enableReadyCheck: false,
        retryStrategy: () => null,
      };
      // The certificate is checked against the host name that the containers use.
      return new Redis({ ...named, tls: { ...named.tls, servername: 'redis' } }).on('error', () => undefined);
    };
    const clients = [secret('mail_dispatcher_redis_url'), 'rediss://redis:6379/0'].map(clientOf);
    try {
      const [dispatcher, nobody] = clients;
      expect(await dispatcher?.get('{billing-mail}:dispatch:id')).toBeNull();
      await expect(dispatcher?.config('GET', 'dir')).rejects.toThrow(/permissions/);
      // What the health check asks.
      expect(await nobody?.ping()).toBe('PONG');
      await expect(nobody?.get('{billing-mail}:dispatch:id')).rejects.toThrow(/permissions/);
    } finally {
      for (const client of clients) client.disconnect();
      await server.end('SIGKILL');
    }
  });

  it('gives each secret to those only who read it', () => {
    const holdersOf = (wanted: RegExp) =>
      Object.entries(compose.services).flatMap(([name, { secrets }]) => (secrets.some((held) => wanted.test(held)) ? [name] : []));
    expect(holdersOf(/^secret_keys$/)).toEqual(['settings-api', 'mail-dispatcher']);
    expect(holdersOf(/^notification_secret_keys$/)).toEqual(['notification-service']);
    expect(holdersOf(/^smime_/)).toEqual(['mail-dispatcher', 'tools']);
    expect(holdersOf(/^platform_smtp_url$/)).toEqual(['mail-dispatcher', 'notification-service', 'tools']);
    expect(holdersOf(/^admin_database_url$/)).toEqual(['migrations']);
    // A person runs these two; no service that listens gets this secret.
    expect(holdersOf(/^migration_database_url$/)).toEqual(['migrations', 'tools']);
    expect(holdersOf(/^alert_smtp_url$/)).toEqual(['notification-service']);
    expect(holdersOf(/^settings_database_url$/)).toEqual(['migrations', 'settings-api']);
    expect(holdersOf(/^mail_dispatcher_redis_url$/)).toEqual(['mail-dispatcher']);
  });

  it('asks for the sender address when it is not set', () => {
    expect(text).toMatch(/\$\{PLATFORM_FROM_ADDRESS:\?[^}]+\}/);
  });

  it.each(Object.keys(compose.services))('mounts for %s the secrets that it reads, and no other', (name) => {
    const { secrets, environment, command, entrypoint, healthcheck } = serviceNamed(name);
    const namedIn = (values: string[]): string[] =>
      values.flatMap((value) => [...value.matchAll(/\/run\/secrets\/(\w+)/g)].map((match) => match[1] ?? ''));
    const direct = namedIn([...Object.values(environment), ...[command ?? []].flat(), ...entrypoint, ...(healthcheck?.test ?? [])]);
    // The URL of a database names the file of the authority that issued its certificate.
    const read = [...direct, ...namedIn(direct.filter((held) => held.endsWith('_url')).map(secret))];
    expect([...secrets].sort()).toEqual([...new Set(read)].sort());
  });

  it('finds each secret where the script makes it', () => {
    for (const { file } of Object.values(compose.secrets)) {
      expect(file).toMatch(/^docker\/secrets\/\w+$/);
      expect(existsSync(join(secretsFolder, file.replace('docker/secrets/', '')))).toBe(true);
    }
  });

  it('holds no secret itself', () => {
    for (const { environment } of Object.values(compose.services)) {
      const sensitive = Object.keys(environment).filter((variable) =>
        /SECRET|PASSWORD|PASSPHRASE|DATABASE_URL|REDIS_URL|SMTP_URL/.test(variable),
      );
      expect(sensitive.filter((variable) => !variable.endsWith('_FILE'))).toEqual([]);
    }
  });

  it.each(Object.keys(compose.services))('runs %s without rights that it does not need', (name) => {
    const confined = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] };
    expect(serviceNamed(name)).toMatchObject(confined);
  });

  it('waits for what has a health check, or for the end of the migrations', () => {
    for (const { depends_on } of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe(name === 'migrations' ? 'service_completed_successfully' : 'service_healthy');
        expect(name === 'migrations' || serviceNamed(name).healthcheck !== undefined).toBe(true);
      }
    }
    for (const name of SERVICES) expect(Object.keys(serviceNamed(name).depends_on).sort()).toEqual(['migrations', 'postgres', 'redis']);
  });

  it.each(SERVICES)('asks %s for its health on the port that it listens on', async (name) => {
    const environments = await loadServiceEnvironments('src');
    const schema = environments.find((candidate) => candidate.service === name)?.schema ?? z.object({});
    const env = readEnvironment(schema, environmentIn(name, { PLATFORM_FROM_ADDRESS: FROM_ADDRESS }));
    const port = Object.entries(env).find(([variable]) => /^(SETTINGS_API|MAIL_DISPATCHER|NOTIFICATION_SERVICE)_PORT$/.test(variable))?.[1];
    expect(serviceNamed(name).healthcheck?.test.join(' ')).toContain(`http://127.0.0.1:${port}/health/ready`);
    expect(proxyConfiguration).toContain(` ${name}:${port};`);
  });

  it('can run several dispatchers: no fixed name, no port of its own, a journal for each', () => {
    const { container_name, ports, command } = serviceNamed('mail-dispatcher');
    expect(container_name).toBeUndefined();
    expect(ports).toEqual([]);
    expect(command).toEqual(['sh', 'docker/start-dispatcher.sh']);
  });

  it('keeps as many dispatchers as .env says, whatever is brought up later', () => {
    expect(serviceNamed('mail-dispatcher').deploy.replicas).toBe('${DISPATCHERS:-1}');
    const told = ['README.md', 'docs/operating.md', 'docs/runbook.md', 'docs/upgrading.md'].filter((page) =>
      readFileSync(join(workspaceRoot, page), 'utf8').includes('--scale'),
    );
    expect(told).toEqual([]);
  });

  it('has one way in, which the page knows by paths of its own origin', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual(['proxy 127.0.0.1:4100:4100', 'mailbox 127.0.0.1:1080:1080', 'grafana 127.0.0.1:3000:3000']);
    const { MAIL_DISPATCHER_PUBLIC_URL, NOTIFICATION_SERVICE_PUBLIC_URL } = serviceNamed('settings-api').environment;
    for (const path of [MAIL_DISPATCHER_PUBLIC_URL, NOTIFICATION_SERVICE_PUBLIC_URL])
      expect(proxyConfiguration).toContain(`location ${path}/ {`);
  });

  it('keeps what Redis has acknowledged on disk and forgets nothing for want of memory', () => {
    const command = serviceNamed('redis').command;
    for (const option of ['--appendonly yes', '--appendfsync always', '--maxmemory-policy noeviction']) expect(command).toContain(option);
  });

  it('lets the other containers reach Redis also where the image is not patched for it', () => {
    expect(serviceNamed('redis').command).toContain('--protected-mode no');
  });

  const gigabytes = (size: string): number => parseFloat(size) / (/^[\d.]+(m|Mi)/.test(size) ? 1024 : 1);
  const memoryOf = (name: string): number => gigabytes(serviceNamed(name).deploy.resources.limits.memory);

  it.each(SERVICES)('gives %s as much memory as the Helm chart does', (name) => {
    const values = parse(readFileSync(join(workspaceRoot, 'deploy', 'helm', 'billing-mail', 'values.yaml'), 'utf8')) as Record<
      string,
      unknown
    >;
    const resources = z.object({ resources: z.object({ limits: z.object({ memory: z.string() }) }) });
    const { limits } = resources.parse(values[name.replace(/-(\w)/, (_, letter: string) => letter.toUpperCase())]).resources;
    expect(gigabytes(limits.memory)).toBe(memoryOf(name));
  });

  it('has Redis refuse work before its memory is at an end', () => {
    const own = /--maxmemory (\d+)gb/.exec(String(serviceNamed('redis').command))?.[1];
    expect(Number(own) * 2).toBeLessThanOrEqual(memoryOf('redis'));
  });

  it('has connections to PostgreSQL for nine dispatchers, the other services, a rolling start and whoever looks after it', async () => {
    const schemaFile = (await import(join(workspaceRoot, 'apps', 'mail-dispatcher', 'src', 'dispatch.schema.ts'))) as {
      DISPATCHER_CONNECTIONS: number;
    };
    const usual = dataSourceOptions('postgresql://postgres/billing_mail', { name: 'any', entities: [], migrations: [] }).poolSize ?? 0;
    const [migrating, rotatingKeys, administrators] = [2, 2, 3];
    const needed = 9 * schemaFile.DISPATCHER_CONNECTIONS + 2 * usual + migrating + rotatingKeys + administrators;
    const allowed = Number(/max_connections=(\d+)/.exec([serviceNamed('postgres').command].flat().join(' '))?.[1]);
    expect(needed).toBeLessThanOrEqual(allowed);
  });

  it('names images by a release that does not change under them but for mended faults', () => {
    const images = [...text.matchAll(/\$\{\w+_IMAGE:-([^}]+)\}/g)].map((match) => match[1] ?? '');
    expect(images.filter((image) => !/:v?(\d+\.\d+|\d+-\w+)/.test(image))).toEqual([]);
  });

  it('keeps all that must last in volumes', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const volumes = new Set(mounted.filter((name) => !name.startsWith('./')));
    expect([...volumes].sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('keeps backups, and lets the tools read and bring back the documents of the dispatchers', () => {
    const tools = serviceNamed('tools');
    expect(tools.volumes).toEqual(expect.arrayContaining(['documents:/data/documents', 'backups:/data/backups']));
    expect(readFileSync(join(workspaceRoot, 'Dockerfile'), 'utf8')).toMatch(/install -d .* -o node .*\/data\/backups/);
    const env = environmentIn('tools', {});
    expect(new URL(readMigrationUrl(env)).username).toBe(MIGRATOR_ROLE);
    expect(env['DOCUMENT_STORE_URL']).toBe(environmentIn('mail-dispatcher', { PLATFORM_FROM_ADDRESS: FROM_ADDRESS })['DOCUMENT_STORE_URL']);
  });
});
