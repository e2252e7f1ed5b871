// What the services do on a Redis that others share, that is away, or that is not the one to work with.
import { Controller, Logger, Module } from '@nestjs/common';
import { type ClientProxy, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { NotReplicatedError, publishDispatchJob, queuePrefix } from '@billing-mail/contracts';
import {
  eventually,
  startTestCluster,
  startTestRedis,
  startTestSentinels,
  type TestRedis,
  type TestSentinels,
} from '@billing-mail/testkit';
import Bull, { type Queue } from 'bull';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { firstValueFrom, lastValueFrom, timeout } from 'rxjs';
import { RateLimiter } from '../http/limiting/rate-limiter.js';
import { RATE_LIMITS } from '../http/limiting/rate-limits.js';
import { SharedSlots } from '../http/limiting/shared-slots.js';
import { bullOptions } from './bull-options.js';
import { closeQueue } from './close-queue.js';
import { connectionsOf, connectRedis, type RedisEnv } from './connect-redis.js';
import { RedisHealth } from './redis-health.js';
import { transportClient, transportServer } from './redis-transport.js';

const silent = pino({ level: 'silent' });

/** Starts a service that answers with its own name, as settings-api does with settings, and notes the events that it gets. */
async function startResponder(env: RedisEnv, name: string) {
  const heard: unknown[] = [];
  @Controller()
  class Responder {
    @MessagePattern('settings.get')
    name(): string {
      return name;
    }
    @EventPattern('settings.changed')
    changed(@Payload() payload: unknown): void {
      heard.push(payload);
    }
  }
  @Module({ controllers: [Responder] })
  class ResponderModule {}
  const app = await NestFactory.createMicroservice(ResponderModule, { ...transportServer(env), logger: false });
  await app.listen();
  return { heard, stop: () => app.close() };
}

const ask = (client: ClientProxy) => firstValueFrom(client.send<string>('settings.get', {}).pipe(timeout(10_000)));
const untilAnswered = (client: ClientProxy, answer: string) =>
  eventually(() =>
    ask(client).then(
      (given) => given === answer,
      () => false,
    ),
  );

beforeAll(() => Logger.overrideLogger(false));

describe('two environments on one Redis', () => {
  let redis: TestRedis;
  let watcher: Redis;
  let environments: {
    name: string;
    env: RedisEnv;
    client: ClientProxy;
    queue: Queue;
    responder: Awaited<ReturnType<typeof startResponder>>;
  }[];

  beforeAll(async () => {
    redis = await startTestRedis();
    watcher = new Redis(redis.url);
    environments = await Promise.all(
      [undefined, 'staging'].map(async (REDIS_PREFIX) => {
        const env = { REDIS_URL: redis.url, REDIS_PREFIX };
        const name = REDIS_PREFIX ?? 'production';
        const client = transportClient(env);
        await client.connect();
        return { name, env, client, queue: new Bull('dispatch', bullOptions(env)), responder: await startResponder(env, name) };
      }),
    );
  });
  afterAll(async () => {
    for (const { client, queue, responder } of environments) await Promise.all([client.close(), queue.close(), responder.stop()]);
    watcher.disconnect();
    await redis.stop();
  });

  it('ask and tell their own services only', async () => {
    for (const { client, name } of environments) await untilAnswered(client, name);
    const [production, staging] = environments;
    await lastValueFrom(staging!.client.emit('settings.changed', 'staging saved'), { defaultValue: undefined });
    await eventually(() => staging!.responder.heard.length > 0);
    await lastValueFrom(production!.client.emit('settings.changed', 'production saved'), { defaultValue: undefined });
    await eventually(() => production!.responder.heard.length > 0);
    expect(environments.map(({ responder }) => responder.heard)).toEqual([['production saved'], ['staging saved']]);
  });

  it('work on their own jobs only', async () => {
    const taken: [string, unknown][] = [];
    for (const { name, queue } of environments) await queue.add({ of: name });
    for (const { name, queue } of environments) void queue.process((job) => Promise.resolve(void taken.push([name, job.data])));
    await eventually(() => taken.length === 2);
    expect(taken.sort()).toEqual([
      ['production', { of: 'production' }],
      ['staging', { of: 'staging' }],
    ]);
  });

  it('count requests and what is under way for themselves', async () => {
    const limits = { ...RATE_LIMITS, searches: { ...RATE_LIMITS.searches, requests: 1, seconds: 60 } };
    for (const { env } of environments) {
      const connection = connectRedis(env);
      const limiter = new RateLimiter(connection, limits, silent, env.REDIS_PREFIX);
      await connection.ping();
      await limiter.count('searches', 'u1');
      await expect(limiter.count('searches', 'u1')).rejects.toMatchObject({ status: 429 });
      await new SharedSlots(connection, env.REDIS_PREFIX).take('open-streams', 'u1', 'Wait.');
      connection.disconnect();
    }
  });

  it('have no key and no channel in common', async () => {
    const names = [...(await watcher.keys('*')), ...((await watcher.pubsub('CHANNELS')) as string[])];
    const ofStaging = names.filter((name) => name.startsWith('staging:'));
    const ofProduction = names.filter((name) => !name.startsWith('staging:'));
    expect(ofStaging.map((name) => name.replace('staging:', '')).map(kindOf)).toEqual(expect.arrayContaining(ofProduction.map(kindOf)));
    expect(new Set(ofProduction.map(kindOf))).toEqual(new Set(['{billing-mail}:dispatch', '{billing-mail}:limits', 'settings']));
  });
  const kindOf = (name: string): string => /^(\{billing-mail\}:\w+|\w+)/.exec(name)?.[0] ?? name;
});

describe('a queue that is closed', () => {
  const worker = (url: string): Queue => {
    const queue = new Bull('closing', bullOptions({ REDIS_URL: url }));
    queue.on('error', () => undefined);
    void queue.process(() => Promise.resolve());
    return queue;
  };
  /** Counts the sockets of this process, and the timers by which one would be opened again. */
  const openHere = (): number => process.getActiveResourcesInfo().filter((kind) => /^(TCP|Timeout)/.test(kind)).length;

  it('leaves no connection, however soon that is after its worker has begun', async () => {
    const redis = await startTestRedis();
    const watcher = new Redis(redis.url);
    await watcher.ping();
    const before = openHere();
    for (let turns = 0; turns < 40; turns += 1) {
      const queue = worker(redis.url);
      for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      await closeQueue(queue, 20_000);
    }
    await eventually(
      async () =>
        String(await watcher.client('LIST'))
          .trim()
          .split('\n').length === 1,
    );
    await eventually(() => openHere() <= before);
    watcher.disconnect();
    await redis.stop();
  });

  it('leaves none that looks for a Redis that is away', async () => {
    const redis = await startTestRedis();
    await redis.halt();
    const before = openHere();
    for (const ms of [1, 200]) await closeQueue(worker(redis.url), ms);
    await eventually(() => openHere() <= before);
    await redis.stop();
  });
});

describe('a job that a worker took and never locked, as it died', () => {
  it('is worked on by another one once its Redis was killed and a replica has taken over', async () => {
    const redis = await startTestSentinels();
    const env = { REDIS_URL: redis.url };
    const queue = new Bull('orphans', bullOptions(env));
    queue.on('error', () => undefined);
    const id = String((await queue.add({ of: 'somebody who died' })).id);
    await queue.client.brpoplpush(queue.toKey('wait'), queue.toKey('active'), 0);
    await queue.client.wait(1, 60_000);
    const taken: string[] = [];
    void queue.process((job) => Promise.resolve(void taken.push(String(job.id))));
    await redis.primary.end('SIGKILL');
    await eventually(() => taken.length > 0);
    expect(taken).toEqual([id]);
    await closeQueue(queue, 20_000);
    for (const open of connectionsOf(env)) open.disconnect();
    await redis.stop();
  });
});

describe('a Redis Cluster', () => {
  it('has a job and an answer for us, also after the primary of the queue was killed', async () => {
    const cluster = await startTestCluster();
    const env = { REDIS_URL: cluster.url };
    const queue = new Bull('clustered', bullOptions(env));
    queue.on('error', () => undefined);
    const done: string[] = [];
    void queue.process((job) => Promise.resolve(void done.push((job.data as { of: string }).of)));
    const responder = await startResponder(env, 'clustered');
    const client = transportClient(env);
    await client.connect();
    await queue.add({ of: 'before' });
    await eventually(() => done.includes('before'));
    await untilAnswered(client, 'clustered');
    await (await cluster.primaryOf(queue.toKey('wait'))).process.end('SIGKILL');
    await queue.add({ of: 'after' });
    await eventually(() => done.includes('after'));
    await untilAnswered(client, 'clustered');
    expect(done).toEqual(['before', 'after']);
    await closeQueue(queue, 20_000);
    await Promise.all([client.close(), responder.stop()]);
    for (const open of connectionsOf(env)) open.disconnect();
    await cluster.stop();
  });
});

describe('a Redis that is away', () => {
  it('lets a start go on, which hears and asks as soon as it is there', async () => {
    const redis = await startTestRedis();
    await redis.halt();
    const env = { REDIS_URL: redis.url };
    const responder = await startResponder(env, 'late');
    const client = transportClient(env);
    client.connect().catch(() => undefined);
    await redis.start();
    await untilAnswered(client, 'late');
    await Promise.all([client.close(), responder.stop()]);
    await redis.stop();
  });
});

describe('a Redis that is not the one to work with', () => {
  let pair: TestSentinels;
  beforeAll(async () => {
    pair = await startTestSentinels({ sentinels: 0 });
  });
  afterAll(() => pair.stop());

  const job = {
    version: 1 as const,
    key: 'k1',
    teamId: 'acme',
    requestedBy: { userId: 'u1' },
    document: { id: 'd1', type: 'invoice' as const, number: '1' },
    to: [{ address: 'a@customer.example' }],
    subject: 'Invoice',
    text: 'Invoice',
    withoutDocument: true,
    attachments: [],
  };

  it('has a published job when the replicas have it, and the publisher hears where they do not', async () => {
    const queue = new Bull('dispatch', bullOptions({ REDIS_URL: pair.primaryUrl }));
    await publishDispatchJob(queue, job, { replicas: 1, withinMs: 60_000 });
    const [primary, replica] = [new Redis(pair.primaryUrl), new Redis(pair.replicaUrl)];
    expect(await replica.llen(`${queuePrefix()}:dispatch:wait`)).toBe(1);
    pair.replica.signal('SIGSTOP');
    await expect(publishDispatchJob(queue, job, { replicas: 1, withinMs: 200 })).rejects.toThrow(NotReplicatedError);
    const waits = async (): Promise<number> => Number(/cmdstat_wait:calls=(\d+)/.exec(await primary.info('commandstats'))?.[1]);
    const waitsBefore = await waits();
    const many = await Promise.allSettled(Array.from({ length: 20 }, () => publishDispatchJob(queue, job, { replicas: 1, withinMs: 200 })));
    expect(many.map((one) => (one.status === 'rejected' ? (one.reason as Error).name : one.status))).toEqual(
      many.map(() => 'NotReplicatedError'),
    );
    // Each WAIT would hold up all the others for its time.
    expect((await waits()) - waitsBefore).toBeLessThan(10);
    primary.disconnect();
    pair.replica.signal('SIGCONT');
    await eventually(async () => (await replica.llen(`${queuePrefix()}:dispatch:wait`)) === 22);
    replica.disconnect();
    await queue.close();
  });

  it('is left and tried again where it became a replica, and what was asked is done once it is none', async () => {
    const env = { REDIS_URL: pair.replicaUrl };
    const connection = connectRedis(env, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
    let connects = 0;
    connection.on('connect', () => (connects += 1));
    const written = connection.set('written', 'once');
    await eventually(() => connects > 3);
    const admin = new Redis(pair.replicaUrl);
    await admin.replicaof('NO', 'ONE');
    expect(await written).toBe('OK');
    connection.disconnect();
    await admin.replicaof('127.0.0.1', new URL(pair.primaryUrl).port);
    admin.disconnect();
  });

  /** Starts a server that answers the first SET with this error and each further one with OK, as a Redis does while its state changes. */
  async function startStandIn(refusal: string) {
    let sets = 0;
    const sockets: Socket[] = [];
    const answer = (command: string): string => {
      if (command === 'INFO') return '$9\r\nloading:0\r\n';
      return command === 'SET' && ++sets === 1 ? `-${refusal}\r\n` : '+OK\r\n';
    };
    const server = createServer((socket) => {
      sockets.push(socket);
      // Each command is an array of strings, of which the first is its name.
      socket.on('data', (bytes) => {
        for (const [, name = ''] of bytes.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) socket.write(answer(name.toUpperCase()));
      });
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
      connections: () => sockets.length,
      stop: () => {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  }

  it.each([
    ['READONLY', "READONLY You can't write against a read only replica.", true],
    ['READONLY within a script', "ERR Error running script: -READONLY You can't write against a read only replica.", true],
    ['LOADING', 'LOADING Redis is loading the dataset in memory', true],
    ['MASTERDOWN', "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", true],
    ['UNBLOCKED', 'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)', true],
    ['NOPERM', 'NOPERM this user has no permissions to run a command on the channel UNBLOCKED', false],
    ['WRONGTYPE', 'WRONGTYPE Operation against a key holding the wrong kind of value', false],
  ])('is left and asked again after %s, if that is a matter of which Redis it is', async (_kind, refusal, isLeft) => {
    const standIn = await startStandIn(refusal);
    const connection = connectRedis({ REDIS_URL: standIn.url });
    const written = await connection.set('written', 'once').catch((error: Error) => error.message);
    expect([written, standIn.connections()]).toEqual(isLeft ? ['OK', 2] : [refusal, 1]);
    connection.disconnect();
    standIn.stop();
  });

  it.each([
    ['a replica', () => pair.replicaUrl, 'it is a replica'],
    ['one that wants a password', () => 'protected', 'NOAUTH'],
    ['one that is no Cluster', () => pair.primaryUrl.replace('redis:', 'redis+cluster:'), 'cluster support disabled'],
  ])('makes a service not ready that is told to use %s for long, and is told once a minute', async (_what, url, problem) => {
    const admin = new Redis(pair.primaryUrl);
    const isProtected = url() === 'protected';
    if (isProtected) await admin.config('SET', 'requirepass', 'hushhush');
    const env = { REDIS_URL: isProtected ? pair.primaryUrl : url() };
    const connection = connectRedis(env, { enableOfflineQueue: false, enableReadyCheck: false, maxRetriesPerRequest: 0 });
    connection.on('error', () => undefined);
    const told: object[] = [];
    let nowMs = 0;
    const health = new RedisHealth(connection, env, { warn: (line: object) => void told.push(line) } as never, 15_000, () => nowMs);
    await eventually(() => health.check().then(() => health.problem !== null));
    nowMs = 14_999;
    await health.check();
    nowMs = 15_000;
    await expect(health.check()).rejects.toThrow(problem);
    await expect(health.check()).rejects.toThrow(problem);
    expect(told).toEqual([{ step: 'redis', problem: expect.stringContaining(problem) }]);
    for (const open of connectionsOf(env)) open.disconnect();
    if (isProtected) await admin.config('SET', 'requirepass', '');
    admin.disconnect();
  });

  it('is forgotten when it has become the right one, or has been away for as long', async () => {
    const env = { REDIS_URL: pair.replicaUrl };
    const connection = connectRedis(env, { enableOfflineQueue: false, enableReadyCheck: false, maxRetriesPerRequest: 0 });
    connection.on('error', () => undefined);
    let nowMs = 0;
    const health = new RedisHealth(connection, env, silent, 15_000, () => nowMs);
    await eventually(() => health.check().then(() => health.problem !== null));
    nowMs = 60_000;
    await expect(health.check()).rejects.toThrow('replica');
    const isReady = () =>
      health.check().then(
        () => true,
        () => false,
      );
    const admin = new Redis(pair.replicaUrl);
    await admin.replicaof('NO', 'ONE');
    await eventually(isReady);
    await admin.replicaof('127.0.0.1', new URL(pair.primaryUrl).port);
    admin.disconnect();
    await eventually(() => health.check().then(() => health.problem !== null));
    nowMs = 120_000;
    await pair.replica.end('SIGKILL');
    await eventually(() => connection.status !== 'ready');
    expect(await isReady()).toBe(false);
    nowMs = 135_000;
    expect(await isReady()).toBe(true);
    connection.disconnect();
  });
});
