// Limits over HTTP: two instances on one Redis, as a balancer would use them.
import { Controller, Get, Inject, Module, Param, Post, Res } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { problem } from '@billing-mail/contracts';
import { startTestRedis, type TestRedis } from '@billing-mail/testkit';
import type { Response } from 'express';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import request from 'supertest';
import { Public, TeamAccess } from '../../auth/auth.guard.js';
import { variables } from '../../env/variables.js';
import { createHttpService } from '../start-http-service.js';
import { RedisModule } from '../../redis/redis.module.js';
import { LimitingModule } from './limiting.module.js';
import { RateLimit } from './rate-limit.guard.js';
import { RateLimiter } from './rate-limiter.js';
import { SharedSlots } from './shared-slots.js';

const secret = 'a secret of at least thirty-two characters';

@Controller('v1')
class CostlyController {
  constructor(
    @Inject(RateLimiter) readonly limiter: RateLimiter,
    @Inject(SharedSlots) readonly slots: SharedSlots,
  ) {}

  @Get('statistics')
  @RateLimit('statistics')
  statistics() {
    return {};
  }

  @Get('lists')
  @RateLimit(({ query }) => (query.search === undefined ? 'lists' : 'searches'))
  list() {
    return {};
  }

  @Post('teams/:teamId/tests')
  @TeamAccess('write')
  @RateLimit('smtp-test')
  test(@Param('teamId') teamId: string) {
    return { teamId };
  }

  @Get('plain')
  plain() {
    return {};
  }

  @Get('teams/:teamId/plain')
  @TeamAccess('read')
  plainOfTeam() {
    return {};
  }

  @Get('probe')
  @Public()
  probe() {
    return {};
  }

  @Get('return')
  @Public()
  @RateLimit('sign-in-returns')
  signInReturn() {
    return {};
  }

  @Get('streams/:owner')
  @RateLimit('lists')
  async stream(@Param('owner') owner: string, @Res() response: Response) {
    const release = await this.slots.take('tests-under-way', owner, 'Wait.');
    response.once('close', release).write('open');
  }
}

// draft-ietf-httpapi-ratelimit-headers-11, 3.1 and 4.1: an Item of RFC 9651 that is a String, its parameters Integers and a String.
const POLICY = /^"[\x20-\x21\x23-\x5b\x5d-\x7e]+";q=(\d{1,15})(?:;w=([1-9]\d{0,14}))?(?:;qu="concurrent-requests")?$/;
const SERVICE_LIMIT = /^"[\x20-\x21\x23-\x5b\x5d-\x7e]+";r=(\d{1,15})(?:;t=(\d{1,15}))?$/;
function expectLiteralSyntax({ ratelimit = '', 'ratelimit-policy': policy = '', 'retry-after': after }: Record<string, string>): void {
  const [, quota, window] = POLICY.exec(policy) ?? [];
  const [, left, effective] = SERVICE_LIMIT.exec(ratelimit) ?? [];
  expect({ policy, ratelimit, quota, left }).toEqual({ policy, ratelimit, quota: expect.any(String), left: expect.any(String) });
  // The limit must be one of the policy beside it.
  expect(ratelimit.split(';')[0]).toBe(policy.split(';')[0]);
  expect(Number(left)).toBeLessThanOrEqual(Number(quota));
  expect(Number(effective ?? 0)).toBeLessThanOrEqual(Number(window ?? 0));
  // Section 6: `Retry-After` should not name a time before the end of the effective window.
  if (after !== undefined) expect(Number(after)).toBeGreaterThanOrEqual(Number(effective ?? 0));
}

describe('limits', () => {
  let redis: TestRedis;
  const apps: NestExpressApplication[] = [];
  const streams: { response: object; abort: () => void }[] = [];

  beforeAll(async () => {
    redis = await startTestRedis();
    for (let instance = 0; instance < 2; instance += 1) {
      const RATE_LIMITS = variables.RATE_LIMITS.parse(
        'requests=2/1h,sign-in-returns=2/1h,statistics=4/1h,searches=1/1h,smtp-test=3/1h,failed-sign-in=1/1h',
      );
      const logger = pino({ level: 'silent' });
      const limitingEnv = { REDIS_URL: redis.url, RATE_LIMITS };
      const imports = [RedisModule.with(limitingEnv, logger), LimitingModule.with(limitingEnv, logger)];
      @Module({ imports, controllers: [CostlyController] })
      class CostlyModule {}
      const env = { HTTP_HOST: '127.0.0.1', AUTH_JWT_SECRET: secret };
      const app = await createHttpService({ module: CostlyModule, title: 'test', description: '', env, logger });
      await app.listen(0, '127.0.0.1');
      apps.push(app);
    }
  });
  afterAll(async () => {
    redis.thaw();
    streams.forEach((stream) => stream.abort());
    await Promise.all(apps.map((app) => app.close()));
    await redis.stop();
  });

  const tokenOf = (claims: object) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('billing-mail')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
  const user = (sub: string, team = 'acme') => ({ sub, teams: { [team]: 'admin' } });
  const instance = (index: number): NestExpressApplication => apps[index % 2] as NestExpressApplication;
  const ask = async (index: number, method: 'get' | 'post', path: string, claims: object) =>
    request(instance(index).getHttpServer())
      [method](path)
      .set('Authorization', `Bearer ${await tokenOf(claims)}`);
  const askInTurn = async (times: number, method: 'get' | 'post', path: string, claims: object) => {
    const answers = [];
    for (let index = 0; index < times; index += 1) answers.push(await ask(index, method, path, claims));
    return answers;
  };

  it('count over both instances, say what is left, and then 429 with when to come again', async () => {
    const answers = await askInTurn(6, 'get', '/v1/statistics', user('u1'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429]);
    expect(answers.map(({ headers }) => headers.ratelimit)).toEqual([
      ...[3, 2, 1, 0, 0, 0].map((left) => expect.stringMatching(new RegExp(`^"statistics";r=${left};t=3\\d{3}$`))),
    ]);
    expect(answers.map(({ headers }) => headers['ratelimit-policy'])).toEqual(answers.map(() => '"statistics";q=4;w=3600'));
    for (const { headers } of answers) expectLiteralSyntax(headers);
    const [last] = answers.slice(-1);
    expect(last?.type).toBe('application/problem+json');
    expect(problem.parse(last?.body)).toMatchObject({ status: 429, type: 'urn:billing-mail:problem:too-many-requests' });
    expect(last?.headers['retry-after']).toMatch(/^3\d{3}$/);
  });

  it('count each user for themselves, a team as one, and no internal service but where strangers pay', async () => {
    expect((await ask(0, 'get', '/v1/statistics', user('u2'))).status).toBe(200);
    const service = { sub: 'invoicing', role: 'service' };
    for (const { status } of await askInTurn(6, 'get', '/v1/statistics', service)) expect(status).toBe(200);
    const tests = [user('u3'), user('u4'), service, user('u5')];
    const statuses = [];
    for (const [index, claims] of tests.entries()) statuses.push((await ask(index, 'post', '/v1/teams/acme/tests', claims)).status);
    expect(statuses).toEqual([201, 201, 201, 429]);
    expect((await ask(0, 'post', '/v1/teams/globex/tests', user('u3', 'globex'))).status).toBe(201);
  });

  it('bound what names no limit: for each user in each team, and for no internal service', async () => {
    const statuses = async (times: number, path: string, claims: object) =>
      (await askInTurn(times, 'get', path, claims)).map(({ status }) => status);
    expect(await statuses(3, '/v1/plain', user('u9'))).toEqual([200, 200, 429]);
    const both = { sub: 'u9', teams: { acme: 'member', globex: 'member' } };
    expect(await statuses(3, '/v1/teams/acme/plain', both)).toEqual([200, 200, 429]);
    expect(await statuses(1, '/v1/teams/globex/plain', both)).toEqual([200]);
    expect(await statuses(1, '/v1/teams/acme/plain', user('u10'))).toEqual([200]);
    expect(await statuses(3, '/v1/plain', { sub: 'invoicing', role: 'service' })).toEqual([200, 200, 200]);
    const [first] = await askInTurn(1, 'get', '/v1/plain', user('u11'));
    expectLiteralSyntax(first?.headers ?? {});
    expect(first?.headers.ratelimit).toMatch(/^"requests";r=1;/);
  });

  it('are described for every operation', async () => {
    const { body } = (await request(instance(0).getHttpServer()).get('/openapi.json')) as {
      body: { paths: Record<string, Record<string, { responses: Record<string, { headers?: object }> }>> };
    };
    const operations = Object.values(body.paths).flatMap((methods) => Object.values(methods));
    for (const { responses } of operations) expect(Object.keys(responses['429']?.headers ?? {})).toContain('RateLimit');
    expect(operations.length).toBeGreaterThan(5);
  });

  it('bound by address where nobody is signed in, as the proxy names it and not who asks, and leave probes alone', async () => {
    const from = async (forwarded: string, path = '/v1/return') =>
      (await request(instance(0).getHttpServer()).get(path).set('X-Forwarded-For', forwarded)).status;
    const seen = [await from('192.0.2.1'), await from('192.0.2.9, 192.0.2.1'), await from('192.0.2.8, 192.0.2.1, 10.0.0.3')];
    expect(seen).toEqual([200, 200, 429]);
    expect(await from('192.0.2.2')).toBe(200);
    const ofOneCustomer = [await from('2001:db8::1'), await from('2001:db8::ffff:2'), await from('2001:db8:0:0:9::3')];
    expect(ofOneCustomer).toEqual([200, 200, 429]);
    expect(await from('2001:db8:0:1::1')).toBe(200);
    for (let times = 0; times < 4; times += 1) expect(await from('192.0.2.1', '/v1/probe')).toBe(200);
  });

  it('tell a search from a page of the list', async () => {
    const searches = await askInTurn(2, 'get', '/v1/lists?search=acme', user('u6'));
    expect(searches.map(({ status }) => status)).toEqual([200, 429]);
    expect((await ask(0, 'get', '/v1/lists', user('u6'))).status).toBe(200);
  });

  it('do not count whose token is no good', async () => {
    const refused = await request(instance(0).getHttpServer()).get('/v1/statistics');
    expect([refused.status, refused.headers.ratelimit]).toEqual([401, undefined]);
  });

  it('let failures wait longer each time, on both instances, until one is forgiven', async () => {
    const [one, other] = apps.map((app) => app.get(CostlyController).limiter) as [RateLimiter, RateLimiter];
    const waitOf = async (limiter: RateLimiter) => {
      const refusal = (await limiter.checkWait('failed-sign-in', 'acme smtp.example').catch((error: unknown) => error)) as
        { headers: Record<string, string> } | undefined;
      return Number(refusal?.headers['Retry-After'] ?? 0);
    };
    const waits = [];
    for (let failure = 0; failure < 12; failure += 1) {
      await one.noteFailure('failed-sign-in', 'acme smtp.example');
      waits.push(await waitOf(other));
    }
    expect(waits).toEqual([0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
    await other.forgive('failed-sign-in', 'acme smtp.example');
    await one.noteFailure('failed-sign-in', 'acme smtp.example');
    // `forgive` does not shorten a wait that was imposed before.
    expect(await waitOf(other)).toBeGreaterThan(800);
    expect(await waitOf(one)).toBeGreaterThan(800);
  });

  const open = async (index: number, owner: string): Promise<number> => {
    const controller = new AbortController();
    const { port } = instance(index).getHttpServer().address() as { port: number };
    const headers = { Authorization: `Bearer ${await tokenOf(user('u7'))}` };
    const response = await fetch(`http://127.0.0.1:${port}/v1/streams/${owner}`, { headers, signal: controller.signal });
    // The whole response is kept, because Node closes a stream whose response nobody holds any more.
    streams.push({ response, abort: () => controller.abort() });
    return response.status;
  };
  const openInTime = async (index: number, owner: string): Promise<void> => {
    while ((await open(index, owner)) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('bound what is under way over both instances, until one of it ends', async () => {
    expect([await open(0, 'a'), await open(1, 'a'), await open(0, 'a'), await open(1, 'a')]).toEqual([200, 200, 429, 429]);
    streams[0]?.abort();
    await openInTime(1, 'a');
  });

  it('hold within each instance while Redis is away or says nothing, without letting anybody wait', async () => {
    redis.freeze();
    const since = performance.now();
    const answers = await askInTurn(12, 'get', '/v1/statistics', user('u8'));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(8).fill(200), ...Array<number>(4).fill(429)]);
    expect(performance.now() - since).toBeLessThan(12 * 2000);
    expect([await open(0, 'b'), await open(0, 'b'), await open(0, 'b')]).toEqual([200, 200, 429]);
    redis.thaw();
  });
});

describe('RATE_LIMITS', () => {
  it('changes what it names', () => {
    expect(variables.RATE_LIMITS.parse('searches=120/1m, intake=5/2h')).toEqual({
      searches: { requests: 120, seconds: 60 },
      intake: { requests: 5, seconds: 7200 },
    });
    expect(variables.RATE_LIMITS.parse(undefined)).toBeUndefined();
  });

  it.each(['search=1/1m', 'searches=0/1m', 'searches=5', 'searches=5/0s', 'searches=x/1m', '', 'constructor=1/1m'])(
    'refuses %s',
    (value) => {
      expect(variables.RATE_LIMITS.safeParse(value).error?.issues[0]?.message).toContain('searches=60/1m');
    },
  );
});
