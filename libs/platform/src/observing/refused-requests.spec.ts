import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
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
      headWithinMs: 300,
    });
    await app.listen(0, '127.0.0.1');
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

  /** Sends these bytes and waits for the end of the connection. Returns what came back. */
  const said = async (bytes: string): Promise<string> => {
    const socket = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.on('data', (more: Buffer) => (answer += more.toString('latin1')));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'connect');
    socket.write(bytes, 'latin1');
    await closed;
    return answer;
  };
  const HEAD = 'GET /health HTTP/1.1\r\n';
  it.each<[RefusalKind, string, string, RegExp]>([
    ['bad_http', 'a request line that is none', 'seen nowhere\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['bad_http', 'a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
    ['bad_http', 'two lengths', `${HEAD}Host: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['bad_http', 'no host', `${HEAD}\r\n`, /^HTTP\/1\.1 400 /],
    ['bad_http', 'an expectation', `${HEAD}Host: x\r\nExpect: miracles\r\n\r\n`, /^HTTP\/1\.1 417 /],
    ['bad_http', 'a tunnel', 'CONNECT inside.example:25 HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['bad_http', 'requests that wait for no answer', `${HEAD}Host: x\r\n\r\n`.repeat(100), /^/],
    ['too_large', 'a head that is too large', `${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['too_slow', 'half a head', `${HEAD}X: `, /^HTTP\/1\.1 408 /],
  ])('counts once as %s before there is a request: %s', async (kind, _what, bytes, answer) => {
    const before = await countOf();
    expect(await said(bytes)).toMatch(answer);
    const after = await countOf();
    const risen = Object.fromEntries(REFUSAL_KINDS.filter((each) => after[each] !== before[each]).map((each) => [each, after[each]]));
    // The first of many requests may be answered before the connection is cut, and then counts as well.
    expect(risen).toMatchObject({ [kind]: (before[kind] ?? 0) + 1 });
  });

  it('counts no connection that somebody opens ahead of need', async () => {
    const before = await countOf();
    expect(await said('')).toMatch(/^HTTP\/1\.1 408 /);
    expect(await countOf()).toEqual(before);
  });

  it('counts half a body once, as what its reader found', async () => {
    const before = await countOf();
    const post = `POST ${THINGS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.admin}\r\nContent-Type: application/json\r\n`;
    await said(`${post}Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n`);
    const after = { ...before, bad_body: (before.bad_body ?? 0) + 1 };
    // The body is counted only after the token was checked, which may be after the connection has ended.
    while ((await countOf()).bad_body !== after.bad_body) await new Promise(setImmediate);
    expect(await countOf()).toEqual(after);
  });

  it('logs a kind once, with nothing of what was sent', async () => {
    for (let count = 0; count < 5; count += 1) await asked('post', THINGS, 'admin').send({ port: 'seen nowhere', 'seen nowhere': 1 });
    const refused = lines.filter(({ verdict, requestId }) => verdict === 'refused' && requestId !== undefined);
    expect(refused.filter(({ kind }) => kind === 'bad_input')).toHaveLength(1);
    for (const line of refused) expect(Object.keys(line).sort()).toEqual(['kind', 'level', 'msg', 'requestId', 'step', 'verdict']);
    expect(JSON.stringify(refused)).not.toContain('seen nowhere');
  });
});
