// Sends bodies over a socket that would stall or kill a service.
import { Body, Controller, Module, Param, Post } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { SignJWT } from 'jose';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { TeamAccess } from '../auth/auth.guard.js';
import { HealthController, READINESS_CHECKS } from '../observing/health.controller.js';
import { createLogger } from '../observing/logger.js';
import { createHttpService } from './start-http-service.js';

const secret = 'a secret of at least thirty-two characters';
const MIB = 1024 * 1024;
const LIMIT_BYTES = 40 * MIB;

/** Length of the `text` of each body that was read, in UTF-16 code units; -1 if it had none. */
const seen: number[] = [];

@Controller('v1/teams/:teamId/things')
class ThingsController {
  @Post()
  @TeamAccess('write')
  create(@Param('teamId') teamId: string, @Body() body: { text?: string } | undefined) {
    seen.push(body?.text?.length ?? -1);
    return { teamId };
  }
}

@Module({ controllers: [ThingsController, HealthController], providers: [{ provide: READINESS_CHECKS, useValue: {} }] })
class ThingsModule {}

type Answer = { status: number; headers: string; body: { type: string } };

describe('bodies of requests', () => {
  let app: NestExpressApplication;
  let port: number;
  let [service, user, other] = ['', '', ''];

  beforeAll(async () => {
    app = await createHttpService({
      module: ThingsModule,
      title: '',
      description: '',
      env: { AUTH_JWT_SECRET: secret, HTTP_HOST: '127.0.0.1' },
      logger: createLogger('test', 'silent'),
      unlimited: true,
      bodyLimitBytes: LIMIT_BYTES,
      bodyIdleMs: 2000,
    });
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer() as { address: () => AddressInfo }).address().port;
    [service, user, other] = await Promise.all([
      token({ sub: 'invoicing', role: 'service' }),
      token({ sub: 'u1', teams: { acme: 'admin' } }),
      token({ sub: 'u2', teams: { acme: 'admin' } }),
    ]);
  });
  afterAll(() => app.close());
  beforeEach(() => void (seen.length = 0));

  const token = (claims: object) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('billing-mail')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));

  /** Sends the head of a request and some of its body. */
  const open = (authorization: string | null, headers: Record<string, string>, sent: Buffer | string = ''): Socket => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    const lines = [
      'POST /v1/teams/acme/things HTTP/1.1',
      'Host: localhost',
      ...(authorization === null ? [] : [`Authorization: Bearer ${authorization}`]),
      ...Object.entries({ 'Content-Type': 'application/json', ...headers }).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.write(sent);
    return socket;
  };
  /** Resolves to the answer, whether or not all of the announced body has been sent. */
  const answered = (socket: Socket): Promise<Answer> =>
    new Promise((resolve, reject) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const [headers = '', body = ''] = text.split('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? Number.NaN);
        if (body.length < length || Number.isNaN(length)) return;
        socket.destroy();
        resolve({ status: Number(headers.slice(9, 12)), headers, body: JSON.parse(body) as { type: string } });
      });
      socket.once('close', () => reject(new Error(`closed after: ${text}`)));
    });
  const post = (authorization: string | null, body: Buffer | string, headers: Record<string, string> = {}) =>
    answered(open(authorization, { 'Content-Length': String(Buffer.byteLength(body)), ...headers }, body));
  const reason = ({ status, body }: Answer) => [status, body.type.split(':').at(-1)];
  const isLive = async () => expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  /** A valid body of the largest size allowed. The budget has room for it once nothing else is held. */
  const largest = JSON.stringify({ text: 'x'.repeat(LIMIT_BYTES - 11) });

  it('are not read before it is known who asks', async () => {
    const head = { 'Content-Length': String(LIMIT_BYTES) };
    // Nothing of the body is sent, so a service that waited for the body would not answer.
    expect(reason(await answered(open(null, head)))).toEqual([401, 'no-token']);
    expect(reason(await answered(open('a.b.c', head, '[')))).toEqual([401, 'token-invalid']);
    expect(reason(await answered(open(null, { 'Transfer-Encoding': 'chunked' })))).toEqual([401, 'no-token']);
    expect(reason(await post(null, '['.repeat(38 * MIB)))).toEqual([401, 'no-token']);
    expect(reason(await answered(open(null, { 'Content-Length': '999999999999' })))).toEqual([401, 'no-token']);
    expect(seen).toEqual([]);
  });

  it('leave the connection to the next request once they were refused', async () => {
    const socket = open(null, { 'Content-Length': String(MIB) }, Buffer.alloc(MIB, '['));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect((await answered(socket)).status).toBe(200);
  });

  it.each<[string, string, (string | number)[]]>([
    ['38 MB of lists in lists', '['.repeat(38 * MIB), [400, 'too-deep']],
    ['38 MB of objects in objects', '{"a":'.repeat(7 * MIB), [400, 'too-deep']],
    ['38 MB of empty objects', `[${'{},'.repeat(12 * MIB)}{}]`, [413, 'too-many-values']],
    ['30 MB of recipients that are numbers', `{"to":[${'1,'.repeat(15 * MIB)}1]}`, [413, 'too-many-values']],
    ['3 MB of fields', `{${Array.from({ length: 200_000 }, (_, index) => `"field-${index}":1`).join(',')}}`, [413, 'too-many-fields']],
    ['more than is taken', 'x'.repeat(LIMIT_BYTES + 1), [413, 'entity-too-large']],
    ['broken JSON', '{"port":', [400, 'entity-parse-failed']],
    ['text alone', '"text"', [400, 'entity-parse-failed']],
  ])('are refused, four at once: %s', async (_name, body, expected) => {
    const answers = Promise.all([1, 2, 3, 4].map(() => post(service, body)));
    await isLive();
    // Requests that come while the others still hold the budget may be told to come again.
    for (const answer of await answers) expect([expected, [429, 'too-much-at-once']]).toContainEqual(reason(answer));
    expect(reason(await post(service, body))).toEqual(expected);
    await isLive();
    expect(seen).toEqual([]);
  });

  it('that are refused are received slowly, all together, and the answer does not wait for that', async () => {
    const since = performance.now();
    const all = Array.from({ length: 4 }, () => open(null, { 'Content-Length': String(16 * MIB) }, Buffer.alloc(16 * MIB, ' ')));
    // A connection stays open after its answer, so it takes the whole body: 64 MiB at 32 KiB a millisecond.
    const sent = all.map((socket) => new Promise<void>((resolve) => socket.end(() => resolve())));
    const statuses = all.map(
      (socket) => new Promise((resolve) => socket.once('data', (data: Buffer) => resolve(data.toString('latin1', 9, 12)))),
    );
    expect(await Promise.all(statuses)).toEqual(['401', '401', '401', '401']);
    await isLive();
    await Promise.all(sent);
    // Less than two seconds, because what the kernel has taken in counts as sent.
    expect(performance.now() - since).toBeGreaterThan(1000);
  });

  it('that will not fit beside others are refused before most of them is received', async () => {
    const head = { 'Content-Length': String(LIMIT_BYTES) };
    const begin = `{"to":[${'1,'.repeat(64 * 1024)}`;
    const first = open(service, head, begin);
    const second = open(service, head, begin);
    // Whichever comes second. Neither sends any more, so a service that counted only what it has would wait for the rest of both.
    expect(reason(await Promise.race([answered(first), answered(second)]))).toEqual([429, 'too-much-at-once']);
    first.destroy();
    second.destroy();
  });

  it('that are large leave every other request its turn', async () => {
    const sockets: Socket[] = [];
    const note = (socket: Socket): void => void sockets.push(socket);
    const server = (app.getHttpServer() as Server).on('connection', note);
    let [before, most, isOver] = [0, 0, false];
    const look = (): void => {
      const now = sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
      most = Math.max(most, now - before);
      before = now;
      if (!isOver) setImmediate(look);
    };
    look();
    const since = performance.now();
    expect((await post(service, largest)).status).toBe(201);
    // A pause of two milliseconds before almost each of 640 parts.
    expect(performance.now() - since).toBeGreaterThan(1000);
    isOver = true;
    server.off('connection', note);
    // Two parts of 64 KiB; without turns the event loop reads as many as are there, up to 32.
    expect(most).toBeLessThanOrEqual(2 * 64 * 1024);
  });

  it('are bounded once decompressed, and read when they are good', async () => {
    const packed = (text: string) => post(service, gzipSync(text), { 'Content-Encoding': 'gzip' });
    expect((await packed('{"text":"abc"}')).status).toBe(201);
    expect(seen).toEqual([3]);
    expect(reason(await packed(`{"text":"${'x'.repeat(LIMIT_BYTES)}`))).toEqual([413, 'entity-too-large']);
    expect(reason(await post(service, '{"text":"abc"}', { 'Content-Encoding': 'gzip' }))).toEqual([400, 'body-unreadable']);
    expect(reason(await post(service, '{}', { 'Content-Encoding': 'constructor' }))).toEqual([415, 'encoding-unsupported']);
  });

  it('that are large are read as small ones are, by a thread', async () => {
    const long = 'ä\u20ac\n'.repeat(MIB);
    expect((await post(service, `\ufeff${JSON.stringify({ text: long })}`)).status).toBe(201);
    expect(seen).toEqual([long.length]);
    expect(reason(await post(service, `{"text":"${'x'.repeat(5 * MIB)}`))).toEqual([400, 'entity-parse-failed']);
    expect(reason(await post(service, `"${'x'.repeat(5 * MIB)}"`))).toEqual([400, 'entity-parse-failed']);
  });

  it('are UTF-8, with or without a byte order mark', async () => {
    expect((await post(service, '\ufeff{"text":"äöü"}')).status).toBe(201);
    expect(seen).toEqual([3]);
    expect(reason(await post(service, '{\0}\0', { 'Content-Type': 'application/json; charset=utf-16' }))).toEqual([
      415,
      'charset-unsupported',
    ]);
  });

  it('of 25 uploads that stand still are let go, and the next one finds all the room', async () => {
    const half = Buffer.alloc(MIB, 'x');
    const head = { 'Content-Length': String(LIMIT_BYTES) };
    const answers = Array.from({ length: 25 }, () => answered(open(service, head, Buffer.concat([Buffer.from('{"text":"'), half]))));
    await isLive();
    const all = await Promise.all(answers);
    for (const answer of all) {
      if (answer.status === 429) expect(answer.headers).toMatch(/retry-after: \d+/i);
      else expect(reason(answer)).toEqual([408, 'body-too-slow']);
    }
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([408, 429]));
    expect((await post(service, largest)).status).toBe(201);
    expect(seen).toEqual([LIMIT_BYTES - 11]);
  });

  it('of one user leave room for those of another', async () => {
    const head = { 'Content-Length': String(LIMIT_BYTES) };
    const still = Array.from({ length: 5 }, () => answered(open(user, head, '{')));
    // One of them stands still and holds as much as one user may.
    await Promise.race(still);
    expect((await post(other, largest)).status).toBe(201);
    for (const { status } of await Promise.all(still)) expect([408, 429]).toContain(status);
  });
});
