import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Body, Controller, Get, Module, Param, Post, StreamableFile } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { problem } from '@billing-mail/contracts';
import { expectServerErrors } from '@billing-mail/testkit';
import { SignJWT } from 'jose';
import request from 'supertest';
import { z } from 'zod';
import { TeamAccess } from '../auth/auth.guard.js';
import { type Caller, CurrentCaller } from '../auth/caller.js';
import { HealthController, READINESS_CHECKS } from '../observing/health.controller.js';
import { createLogger } from '../observing/logger.js';
import { MetricsController } from '../observing/metrics.controller.js';
import { type EndingExpressAdapter } from './ending-express-adapter.js';
import { createHttpService } from './start-http-service.js';
import { ZodPipe } from './zod.pipe.js';

const secret = 'a secret of at least thirty-two characters';
const bodySchema = z.strictObject({ port: z.int('must be a whole number') });

let slowAnswer: Promise<void> = Promise.resolve();
const lines: Record<string, unknown>[] = [];
const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
const logger = createLogger('test', 'debug', { write });

@Controller('v1')
class ThingsController {
  @Get('me')
  me(@CurrentCaller() caller: Caller) {
    return { userId: caller.userId };
  }

  @Get('teams/:teamId/things')
  @TeamAccess('read')
  list(@Param('teamId') teamId: string) {
    return { teamId };
  }

  @Post('teams/:teamId/things')
  @TeamAccess('write')
  async create(@Body(new ZodPipe(bodySchema)) body: z.output<typeof bodySchema>) {
    await Promise.resolve();
    logger.info({ step: 'created' }, 'made');
    logger.info({ step: 'repeated', requestId: 'an earlier one' }, 'says it itself');
    return body;
  }

  @Get('teams/:teamId/forgotten')
  forgotten() {
    return 'never seen';
  }

  @Get('database-away')
  databaseAway() {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
  }

  @Get('slow')
  async slow() {
    await slowAnswer;
    return { answered: true };
  }

  /** Sends all announced bytes before its stream ends. */
  @Get('download')
  download() {
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from('whole');
      await slowAnswer;
    }
    return new StreamableFile(Readable.from(bytes()), { length: 5 });
  }

  @Get('broken')
  broken() {
    throw new Error('connect to postgres://user:secret@db');
  }
}

@Module({
  controllers: [ThingsController, HealthController, MetricsController],
  providers: [{ provide: READINESS_CHECKS, useValue: { database: () => Promise.reject(new Error('down')) } }],
})
class ThingsModule {}

const options = {
  module: ThingsModule,
  title: 'Things',
  description: '',
  env: { AUTH_JWT_SECRET: secret, HTTP_HOST: '127.0.0.1', CONSOLE_ORIGIN: 'https://mail.example.com' },
  logger: createLogger('test', 'silent'),
  unlimited: true as const,
};

const token = (claims: object, key = secret, audience = 'billing-mail') =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(audience)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(key));

describe('an HTTP service', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await createHttpService(options);
    await app.init();
  });
  afterAll(() => app.close());

  const get = async (path: string, claims?: object) => {
    const call = request(app.getHttpServer()).get(path);
    return claims ? call.set('Authorization', `Bearer ${await token(claims)}`) : call;
  };

  it.each([
    ['no token', undefined],
    ['no bearer', 'Basic abc'],
    ['garbage', 'Bearer abc'],
    ['alg none', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSIsImF1ZCI6ImJpbGxpbmctbWFpbCJ9.'],
  ])('answers 401 as a problem: %s', async (_name, authorization) => {
    const call = request(app.getHttpServer()).get('/v1/me');
    const response = await (authorization ? call.set('Authorization', authorization) : call);
    expect(response.status).toBe(401);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(problem.parse(JSON.parse(response.text)).requestId).toBe(response.headers['x-request-id']);
  });

  it.each(['/v1/me', '/V1/teams/acme/things', '/v1/teams/globex/things', '/v1/broken', '/v1/nothing', '/health/ready'])(
    'lets nobody keep the answer of %s',
    async (path) => {
      if (path === '/v1/broken') expectServerErrors(500);
      const authorization = `Bearer ${await token({ sub: 'u1', teams: { acme: 'member' } })}`;
      const response = await request(app.getHttpServer()).get(path).set('Authorization', authorization);
      expect(response.headers['cache-control']).toBe('no-store');
      expect((await request(app.getHttpServer()).get(path)).headers['cache-control']).toBe('no-store');
    },
  );

  it('refuses a token signed by another secret, for another audience, or without its claims', async () => {
    for (const bad of [
      await token({ sub: 'u1' }, 'another secret of at least thirty-two'),
      await token({ sub: 'u1' }, secret, 'other'),
      await token({}),
    ]) {
      expect((await request(app.getHttpServer()).get('/v1/me').set('Authorization', `Bearer ${bad}`)).status).toBe(401);
    }
  });

  it('tells the caller from the token', async () => {
    expect((await get('/v1/me', { sub: 'u1' })).body).toEqual({ userId: 'u1' });
  });

  it('says in each line of the log by which request it is, where the line does not say it itself', async () => {
    const watched = await createHttpService({ ...options, logger });
    await watched.init();
    try {
      const admin = `Bearer ${await token({ sub: 'u1', teams: { acme: 'admin' } })}`;
      const call = request(watched.getHttpServer()).post('/v1/teams/acme/things').set('Authorization', admin);
      expect((await call.set('X-Request-Id', 'request-1').send({ port: 1 })).status).toBe(201);
      logger.info({ step: 'afterwards' }, 'of no request');
    } finally {
      await watched.close();
    }
    const idOf = (isIt: (line: Record<string, unknown>) => boolean) => lines.find(isIt)?.['requestId'];
    expect(idOf(({ step }) => step === 'created')).toBe('request-1');
    expect(idOf(({ step }) => step === 'repeated')).toBe('an earlier one');
    expect(idOf(({ msg }) => msg === 'request completed')).toBe('request-1');
    expect(lines.find(({ step }) => step === 'afterwards')).not.toHaveProperty('requestId');
  });

  it('shows a team to its members and to services only', async () => {
    expect((await get('/v1/teams/acme/things', { sub: 'u1', teams: { acme: 'member' } })).status).toBe(200);
    expect((await get('/v1/teams/acme/things', { sub: 's', role: 'service' })).status).toBe(200);
    expect((await get('/v1/teams/globex/things', { sub: 'u1', teams: { acme: 'admin' } })).status).toBe(404);
    expect((await get('/v1/teams/constructor/things', { sub: 'u1', teams: { acme: 'admin' } })).status).toBe(404);
  });

  it('refuses a member who writes, and a team route that forgot its rule', async () => {
    expectServerErrors(500);
    const member = `Bearer ${await token({ sub: 'u1', teams: { acme: 'member' } })}`;
    expect((await request(app.getHttpServer()).post('/v1/teams/acme/things').set('Authorization', member).send({ port: 1 })).status).toBe(
      403,
    );
    expect((await get('/v1/teams/acme/forgotten', { sub: 's', role: 'service' })).status).toBe(500);
  });

  it('lets the web page call from a browser, and no other origin', async () => {
    const preflight = (origin: string) =>
      request(app.getHttpServer())
        .options('/v1/me')
        .set({ Origin: origin, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' });
    const allowed = (await preflight('https://mail.example.com')).headers;
    expect(allowed['access-control-allow-origin']).toBe('https://mail.example.com');
    expect(allowed['access-control-allow-headers']).toMatch('Authorization');
    expect(allowed['access-control-allow-credentials']).toBeUndefined();
    for (const origin of ['https://evil.example', 'https://mail.example.com.evil.example', 'null'])
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('names each wrong field, broken JSON and too large bodies', async () => {
    const admin = `Bearer ${await token({ sub: 'u1', teams: { acme: 'admin' } })}`;
    const post = () => request(app.getHttpServer()).post('/v1/teams/acme/things').set('Authorization', admin);
    const invalid = await post().send({ port: 'x', host: 'y' });
    expect(invalid.status).toBe(422);
    expect(JSON.parse(invalid.text).errors).toEqual([
      { pointer: '/port', message: 'must be a whole number' },
      { pointer: '/host', message: 'is not a known field; remove it' },
    ]);
    expect((await post().type('json').send('{"port":')).status).toBe(400);
    expect((await post().send({ port: 'x'.repeat(1100 * 1024) })).status).toBe(413);
  });

  it.each(['/v1/teams/%ff/things', '/v1/teams/%00/things', '/v1/teams/acme%2fthings', '/v1/teams/%E0%A4%A/things?%ff=%ff'])(
    'has no error of its own for the odd path %s',
    async (path) => {
      const response = await get(path, { sub: 'u1', teams: { acme: 'admin' } });
      expect([400, 404]).toContain(response.status);
      expect(response.headers['content-type']).toMatch('problem+json');
    },
  );

  it('keeps the cause of an internal error to itself', async () => {
    expectServerErrors(500);
    const response = await get('/v1/broken', { sub: 'u1' });
    expect(response.status).toBe(500);
    expect(response.text).not.toContain('secret');
    expect((await get('/v1/nothing', { sub: 'u1' })).headers['content-type']).toMatch('problem+json');
  });

  it('says that it is for a moment only while the database is away', async () => {
    expectServerErrors(503);
    const response = await get('/v1/database-away', { sub: 'u1' });
    expect([response.status, response.headers['retry-after']]).toEqual([503, '5']);
    expect(response.text).not.toContain('10.0.0.7');
  });

  it('says without a token that it lives, what it waits for, and its metrics', async () => {
    expect((await get('/health/live')).status).toBe(200);
    const ready = await get('/health/ready');
    expect([ready.status, ready.text]).toEqual([503, expect.stringContaining('database')]);
    await get('/v1/teams/acme/things?x=1');
    await get('/v1/nothing/acme');
    const metrics = (await get('/metrics')).text;
    expect(metrics).toContain('process_cpu_seconds_total');
    // Labelled by template, because nothing that a caller can choose, such as a team, may become a label.
    expect(metrics).toMatch(
      /^billing_mail_http_request_duration_seconds_count\{method="GET",route="\/v1\/teams\/:teamId\/things",status="4xx"\} [1-9]/m,
    );
    expect(metrics).toMatch(/^billing_mail_http_request_duration_seconds_count\{method="GET",route="none",status="4xx"\} [1-9]/m);
    expect(metrics).not.toMatch(/acme|nothing/);
    // prom-client names some of its own metrics against the conventions: gauges that end with `_total`.
    expect(metrics).not.toMatch(/^# TYPE \w+_total gauge$/m);
    const build = { service: 'Things', version: expect.stringMatching(/^\d+\.\d+\.\d+$/), commit: null, node: process.versions.node };
    expect((await get('/version')).body).toEqual(build);
    expect((await get('/openapi.json')).body.openapi).toBe('3.1.0');
    expect((await get('/docs')).status).toBe(200);
  });
});

describe('an HTTP service on one connection', () => {
  let app: NestExpressApplication;
  let socket: Socket;
  afterEach(async () => {
    socket.destroy();
    await app.close();
  });
  const begin = async (changes: { headWithinMs?: number } = {}) => {
    app = await createHttpService({ ...options, ...changes });
    await app.listen(0, '127.0.0.1');
    socket = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
  };
  const health = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

  it('works on one request of many that come at once, and cuts it off', async () => {
    await begin();
    const count = async (): Promise<number> => {
      const metrics = (await request(app.getHttpServer()).get('/metrics')).text;
      return Number(/duration_seconds_count\{method="GET",route="\/health\/live",status="2xx"\} (\d+)/.exec(metrics)?.[1] ?? 0);
    };
    const before = await count();
    socket.write(health.repeat(500));
    await once(socket, 'close');
    expect((await count()) - before).toBeLessThanOrEqual(1);
  });

  it('does not even take apart what comes behind the third', async () => {
    await begin();
    let begun = 0;
    const note = (message: unknown): void => void (begun += (message as { server: unknown }).server === app.getHttpServer() ? 1 : 0);
    subscribe('http.server.request.start', note);
    socket.write(health.repeat(500));
    await once(socket, 'close');
    unsubscribe('http.server.request.start', note);
    expect(begun).toBe(3);
  });

  it('does not wait for a head that comes byte by byte', async () => {
    await begin({ headWithinMs: 300 });
    // A write that comes too late causes an error before `close`.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET /health/live HTTP/1.1\r\nX: ');
    const dripping = setInterval(() => socket.write('x'), 20);
    await closed;
    clearInterval(dripping);
  });

  it('answers a further request that comes between the last byte of an answer and the end of its stream', async () => {
    let close = (): void => undefined;
    slowAnswer = new Promise((resolve) => (close = resolve));
    await begin();
    let read = '';
    const whenRead = (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        const look = (): void => void (read.includes(wanted) && resolve());
        socket.on('data', look).once('close', () => reject(new Error(`the connection was cut after: ${read}`)));
        look();
      });
    socket.on('data', (bytes: Buffer) => (read += bytes.toString()));
    socket.write(`GET /v1/download HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token({ sub: 'u1' })}\r\n\r\n`);
    await whenRead('whole');
    const further = new Promise<void>((resolve) => app.getHttpServer().once('request', () => resolve()));
    socket.write(health);
    await further;
    close();
    await whenRead('"status":"ok"');
  });

  it('keeps an idle connection longer than load balancers do', async () => {
    await begin();
    const { headers } = await request(app.getHttpServer()).get('/health/live').set('Connection', 'keep-alive');
    expect(Number(/^timeout=(\d+)$/.exec(headers['keep-alive'] ?? '')?.[1])).toBeGreaterThan(60);
  });

  it('answers one request after the other', async () => {
    await begin();
    for (let asked = 0; asked < 5; asked += 1) {
      const answered = once(socket, 'data') as Promise<[Buffer]>;
      socket.write(health);
      expect((await answered)[0].toString()).toMatch(/^HTTP\/1\.1 200/);
    }
  });
});

describe('an HTTP service that ends', () => {
  it('waits neither for who is silent, nor for who stopped in a head or a body, nor for who may ask again', async () => {
    const app = await createHttpService({ ...options, bodyIdleMs: 600_000, closeWithinMs: 50 });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const post = `POST /v1/teams/acme/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n`;
    const authorization = `Authorization: Bearer ${await token({ sub: 'u1', teams: { acme: 'admin' } })}\r\n`;
    const sent = [
      '',
      'GET /health/live HTTP/1.1\r\nHo',
      `${post}${authorization}\r\n{"port":`,
      'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n',
    ];
    const sockets = sent.map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const answered = once(sockets[3] as Socket, 'data');
    for (const [index, text] of sent.entries()) sockets[index]?.write(text);
    await answered;
    const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
    await app.close();
    await closed;
  });

  it('asks what it depends on once for all who ask at the same time, as anybody may', async () => {
    let asked = 0;
    const host = { httpAdapter: { isEnding: false } } as HttpAdapterHost<EndingExpressAdapter>;
    const health = new HealthController({ database: () => Promise.resolve((asked += 1)) }, host);
    await Promise.all(Array.from({ length: 30 }, () => health.ready()));
    expect(asked).toBe(1);
    await health.ready();
    expect(asked).toBe(2);
  });

  it('says that it is not ready, answers what it was asked, and takes no further request on the same connection', async () => {
    let isDown = true;
    const checks = { provide: READINESS_CHECKS, useValue: { database: async () => (isDown ? Promise.reject(new Error('down')) : null) } };
    @Module({ controllers: [ThingsController, HealthController], providers: [checks] })
    class StartingModule {}
    expectServerErrors(503);
    const app = await createHttpService({ ...options, module: StartingModule, closeWithinMs: 50 });
    await app.listen(0, '127.0.0.1');
    const ask = async (path: string) =>
      fetch(`${await app.getUrl()}${path}`, { headers: { Authorization: `Bearer ${await token({ sub: 'u1' })}` } });
    const health = async () => Promise.all(['live', 'ready', 'startup'].map(async (name) => (await ask(`/health/${name}`)).status));
    expect(await health()).toEqual([200, 503, 503]);
    isDown = false;
    expect(await health()).toEqual([200, 200, 200]);
    isDown = true;
    expect(await health()).toEqual([200, 503, 200]);
    isDown = false;

    let answer = (): void => undefined;
    slowAnswer = new Promise((resolve) => (answer = resolve));
    const asked = new Promise<void>((resolve) => app.getHttpServer().once('request', () => resolve()));
    const slow = ask('/v1/slow');
    await asked;
    (app.getHttpAdapter() as EndingExpressAdapter).announceEnd(120_000);
    expect(await health()).toEqual([200, 503, 200]);
    expect((await ask('/v1/me')).headers.get('connection')).toBe('close');
    const silent = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1');
    await once(silent, 'connect');
    const closed = app.close();
    // By now the service has stopped waiting for connections on which no answer is due.
    await once(silent, 'close');
    answer();
    expect(await (await slow).json()).toEqual({ answered: true });
    await closed;
  });
});
