// Tests the services' connections to a PostgreSQL and a Redis that accept only TLS, and that they reject
// servers that they must not talk to.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bullOptions, dataSourceOptions, redisOptions, transportClient } from '@billing-mail/platform';
import {
  createPostgresCluster,
  findFreePort,
  findProgram,
  POSTGRES_ROLE,
  startPostgresServer,
  startServerProcess,
  tlsCertificates,
  type ServerProcess,
} from '@billing-mail/testkit';
import Bull from 'bull';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { DataSource } from 'typeorm';

describe('servers with TLS', () => {
  let folder: string;
  let postgres: { port: number; process: ServerProcess };
  let redis: { port: number; process: ServerProcess };
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'billing-mail-tls-'));
    const certificates = tlsCertificates();
    writeFileSync(file('ca.pem'), certificates.caPem);
    writeFileSync(file('key.pem'), certificates.keyPem, { mode: 0o600 });
    writeFileSync(file('certificate.pem'), certificates.chainOf('good'));
    writeFileSync(file('stranger.pem'), certificates.chainOf('self_signed'));
    await createPostgresCluster(file('postgres'), 'secret');
    const settings = {
      listen_addresses: '127.0.0.1,127.0.0.2',
      ssl: 'on',
      ssl_cert_file: file('certificate.pem'),
      ssl_key_file: file('key.pem'),
    };
    postgres = await startPostgresServer({ dataFolder: file('postgres'), port: 0, durable: false, settings });
    const port = await findFreePort();
    const lines = [
      `port 0`,
      `tls-port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      'save ""',
      'tls-auth-clients no',
      `tls-ca-cert-file ${file('ca.pem')}`,
      `tls-cert-file ${file('certificate.pem')}`,
      `tls-key-file ${file('key.pem')}`,
    ];
    writeFileSync(file('redis.conf'), lines.join('\n'));
    const process_ = await startServerProcess({
      command: findProgram('redis-server') ?? 'redis-server',
      args: [file('redis.conf')],
      ready: /Ready to accept connections/,
      readyWithinMs: 60_000,
      deathSignal: 'KILL',
    });
    redis = { port, process: process_ };
  });
  afterAll(async () => {
    await Promise.all([postgres.process.end('SIGINT'), redis.process.end('SIGKILL')]);
    rmSync(folder, { recursive: true, force: true });
  });

  const databaseUrl = (host: string, parameters: string): string =>
    `postgresql://${POSTGRES_ROLE}:secret@${host}:${postgres.port}/postgres?${parameters}`;
  const redisUrl = (protocol: string): string => `${protocol}://localhost:${redis.port}/0`;

  it('encrypts what goes to PostgreSQL, by the authority that DATABASE_URL names', async () => {
    const url = databaseUrl('localhost', `sslmode=verify-full&sslrootcert=${file('ca.pem')}`);
    const source = await new DataSource(dataSourceOptions(url, { name: 'public', entities: [], migrations: [] })).initialize();
    try {
      expect(await source.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
    } finally {
      await source.destroy();
    }
  });

  it.each([
    ['by another authority', () => databaseUrl('localhost', `sslmode=verify-full&sslrootcert=${file('stranger.pem')}`)],
    ['by none that the system knows', () => databaseUrl('localhost', 'sslmode=verify-full')],
    ['for another host', () => databaseUrl('127.0.0.2', `sslmode=verify-full&sslrootcert=${file('ca.pem')}`)],
  ])('does not sign in at a PostgreSQL whose certificate is %s', async (_why, url) => {
    const client = new Client({ connectionString: url() });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow(/certificate|altnames/i);
    await client.end();
  });

  const encrypted = (authority: string) => ({ REDIS_URL: redisUrl('rediss'), REDIS_CA_FILE: file(authority) });

  it('encrypts what goes to Redis, by the authority of REDIS_CA_FILE: queues, and requests between the services', async () => {
    const queue = new Bull('encrypted', bullOptions(encrypted('ca.pem')));
    const taken = new Promise((resolve) => {
      void queue.process((job) => Promise.resolve(resolve(job.data)));
    });
    await queue.add({ invoice: 1 });
    expect(await taken).toEqual({ invoice: 1 });
    await queue.close();
    const client = transportClient(encrypted('ca.pem'));
    await client.connect();
    await client.close();
  });

  it.each([
    ['another authority', () => redisOptions(encrypted('stranger.pem'))],
    ['none that the system knows', () => redisOptions({ REDIS_URL: redisUrl('rediss') })],
  ])('does not talk to a Redis whose certificate is by %s', async (_why, options) => {
    const client = new Redis({ ...options(), retryStrategy: () => null, lazyConnect: true });
    const told = new Promise<Error>((resolve) => client.on('error', resolve));
    await expect(client.connect()).rejects.toThrow();
    expect((await told).message).toMatch(/certificate|self.signed/i);
    client.disconnect();
  });

  it('speaks plain to nobody there', async () => {
    const client = new Redis({ ...redisOptions({ REDIS_URL: redisUrl('redis') }), retryStrategy: () => null, lazyConnect: true });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow();
    client.disconnect();
  });
});
