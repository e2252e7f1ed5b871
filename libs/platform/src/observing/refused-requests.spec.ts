import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { register } from 'prom-client';
import request from 'supertest';
import { z } from 'zod';
import { TeamAccess } from '../auth/auth.guard.js';
import { createHttpService } from '../http/start-http-service.js';
import { ProblemException } from '../http/problem.js';
import { ZodPipe } from '../http/zod.pipe.js';
import { REFUSAL_KINDS, type RefusalKind } from './refused-requests.js';

const secret = 'a secret of at least thirty-two characters';
const bodySchema = z.strictObject({ port: z.int('must be a whole number') });

@Controller('v1/teams/:teamId/things')
class ThingsController {
  @Get('conflict')
  @TeamAccess('read')
  conflict() {
    throw new ProblemException(409, 'conflict', 'Somebody was faster.');
  }

  @Get('often')
  @TeamAccess('read')
  often() {
    throw new ProblemException(429, 'too-often', 'Wait.');
  }

  @Get(':id')
  @TeamAccess('read')
  show(@Param('id') id: string) {
    return { id };
  }

  @Post()
  @TeamAccess('write')
  create(@Body(new ZodPipe(bodySchema)) body: z.output<typeof bodySchema>) {
    return body;
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('what an operator sees of refused requests', () => {
  const lines: Record<string, unknown>[] = [];
  let app: NestExpressApplication;
  let tokens: Record<'admin' | 'member', string>;

  const countOf = async (): Promise<Record<string, number>> => {
    const { values } = (await register.getSingleMetric('billing_mail_refused_requests_total')?.get()) ?? { values: [] };
    return Object.fromEntries(values.map(({ labels, value }) => [String(labels['kind']), value]));
  };
  const THINGS = '/v1/teams/acme/things';
  const asked = (method: 'get' | 'post', path: string, as?: 'admin' | 'member') => {
    const call = request(app.getHttpServer())[method](path);
    return as === undefined ? call : call.set('Authorization', `Bearer ${tokens[as]}`);
  };

  beforeAll(async () => {
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const logger = pino({ base: null, timestamp: false }, { write });
    const sign = (role: string) =>
      new SignJWT({ sub: 'u1', teams: { acme: role } })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience('billing-mail')
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret));
    tokens = { admin: await sign('admin'), member: await sign('member') };
    app = await createHttpService({
      module: ThingsModule,
      title: 'Things',
      description: '',
      env: { AUTH_JWT_SECRET: secret, HTTP_HOST: '127.0.0.1' },
      logger,
      unlimited: true,
    });
    await app.init();
  });
  afterAll(() => app.close());

  it('has every kind from the start', async () => {
    expect(Object.keys(await countOf()).sort()).toEqual([...REFUSAL_KINDS].sort());
  });

  it.each<[RefusalKind | null, string, () => request.Test]>([
    ['no_token', 'no token', () => asked('get', `${THINGS}/1`)],
    ['no_token', 'a body without a token', () => asked('post', THINGS).send({ port: 1 })],
    ['bad_token', 'a token that is none', () => asked('get', `${THINGS}/1`).set('Authorization', 'Bearer a.b.c')],
    ['foreign_team', "another's team", () => asked('get', '/v1/teams/globex/things/1', 'admin')],
    ['not_allowed', 'a member who writes', () => asked('post', THINGS, 'member').send({ port: 1 })],
    ['not_found', 'a path that is not there', () => asked('get', '/v1/secrets', 'admin')],
    ['too_large', 'more than is taken', () => asked('post', THINGS, 'admin').send({ port: 'x'.repeat(1100 * 1024) })],
    ['bad_body', 'what is no JSON', () => asked('post', THINGS, 'admin').type('json').send('{"port":')],
    ['bad_body', 'what is nested too deep', () => asked('post', THINGS, 'admin').type('json').send('['.repeat(50))],
    ['bad_input', 'a wrong field', () => asked('post', THINGS, 'admin').send({ port: 'a\r\nBcc: x@evil.example' })],
    ['too_many', 'too often', () => asked('get', `${THINGS}/often`, 'admin')],
    [null, 'a conflict, which is no attack', () => asked('get', `${THINGS}/conflict`, 'admin')],
    [null, 'what is let in', () => asked('get', `${THINGS}/1`, 'admin')],
  ])('counts as %s: %s', async (kind, _what, ask) => {
    const before = await countOf();
    await ask();
    const after = await countOf();
    const risen = REFUSAL_KINDS.filter((each) => after[each] !== before[each]);
    expect(risen).toEqual(kind === null ? [] : [kind]);
  });

  it('logs a kind once, with nothing of what was sent', async () => {
    for (let count = 0; count < 5; count += 1) await asked('post', THINGS, 'admin').send({ port: 'seen nowhere', 'seen nowhere': 1 });
    const refused = lines.filter(({ verdict }) => verdict === 'refused');
    expect(refused.filter(({ kind }) => kind === 'bad_input')).toHaveLength(1);
    for (const line of refused) expect(Object.keys(line).sort()).toEqual(['kind', 'level', 'msg', 'requestId', 'step', 'verdict']);
    expect(JSON.stringify(refused)).not.toContain('seen nowhere');
  });
});
