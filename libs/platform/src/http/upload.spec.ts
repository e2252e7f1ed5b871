// Uploads as they come over a socket: in order, broken, slow, too large, and no faster than their reader takes them.
import { Controller, Module, Param, Post } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { SignJWT } from 'jose';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TeamAccess } from '../auth/auth.guard.js';
import { createLogger } from '../observing/logger.js';
import { createHttpService } from './start-http-service.js';
import { CurrentUpload, type Upload } from './upload.js';

const secret = 'a secret of at least thirty-two characters';
const MIB = 1024 * 1024;

/** What came of each part: its name, and its size in bytes; of the first part the number of fields of its JSON. */
const came: [string, number][] = [];
let gate: Promise<void> = Promise.resolve();

@Controller('v1/teams/:teamId')
class FilesController {
  @Post('files')
  @TeamAccess('write')
  async take(@Param('teamId') _teamId: string, @CurrentUpload() upload: Upload | null) {
    let isFirst = true;
    for await (const part of upload?.parts() ?? []) {
      if (isFirst) came.push([part.name, Object.keys((await upload?.json(part)) ?? {}).length]);
      else if ('file' in part) came.push([part.name, await this.sizeOf(part.file)]);
      isFirst = false;
    }
    return {};
  }

  @Post('nothing')
  @TeamAccess('write')
  ignore() {
    return {};
  }

  private async sizeOf(file: AsyncIterable<Buffer>): Promise<number> {
    let size = 0;
    for await (const chunk of file) {
      size += chunk.length;
      await gate;
    }
    return size;
  }
}

@Module({ controllers: [FilesController] })
class FilesModule {}

describe('uploads', () => {
  let app: NestExpressApplication;
  let port: number;
  let [service, member] = ['', ''];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    const options = { module: FilesModule, title: '', description: '', logger: createLogger('test', 'silent') };
    const env = { AUTH_JWT_SECRET: secret, HTTP_HOST: '127.0.0.1' };
    app = await createHttpService({ ...options, env, unlimited: true, bodyLimitBytes: 6 * MIB, uploadTextBytes: MIB, bodyIdleMs: 1500 });
    app.getHttpServer().on('connection', (socket: Socket) => void sockets.push(socket));
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer() as { address: () => AddressInfo }).address().port;
    service = await token({ sub: 'invoicing', role: 'service' });
    member = await token({ sub: 'u1', teams: { acme: 'member' } });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    came.length = 0;
    sockets.length = 0;
    gate = Promise.resolve();
  });

  const token = (claims: object) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('billing-mail')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
  const text = (name: string, value: string) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = (name: string, bytes: Buffer | string) =>
    Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\n\r\n`),
      Buffer.from(bytes as string),
      Buffer.from('\r\n'),
    ]);
  const body = (...parts: (Buffer | string)[]) =>
    Buffer.concat([...parts.map((part) => Buffer.from(part as string)), Buffer.from('--b--\r\n')]);
  const open = (
    sent: Buffer | string,
    length = Buffer.byteLength(sent),
    headers: string[] = [],
    authorization = service,
    route = 'files',
  ) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    const head = [`POST /v1/teams/acme/${route} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${authorization}`, ...headers];
    if (!headers.some((line) => line.startsWith('Content-Type'))) head.push('Content-Type: multipart/form-data; boundary=b');
    socket.write(`${[...head, `Content-Length: ${length}`].join('\r\n')}\r\n\r\n`);
    socket.write(sent);
    return socket;
  };
  const answered = (socket: Socket): Promise<[number, string | undefined]> =>
    new Promise((resolve, reject) => {
      let answer = '';
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString();
        const [headers = '', rest = ''] = answer.split('\r\n\r\n');
        if (!(rest.length >= Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? Number.NaN))) return;
        socket.destroy();
        resolve([Number(headers.slice(9, 12)), (JSON.parse(rest) as { type?: string }).type?.split(':').at(-1)]);
      });
      socket.once('close', () => reject(new Error(`closed after: ${answer}`)));
    });

  it('are read part by part, a first one that is a file as well', async () => {
    expect(await answered(open(body(text('words', '{"a":1}'), file('one', Buffer.alloc(2 * MIB)), file('two', 'x'))))).toEqual([
      201,
      undefined,
    ]);
    expect(await answered(open(body(file('words', '{"a":1,"b":2}'), file('none', ''))))).toEqual([201, undefined]);
    expect(came).toEqual([
      ['words', 1],
      ['one', 2 * MIB],
      ['two', 1],
      ['words', 2],
      ['none', 0],
    ]);
  });

  it.each<[name: string, sent: Buffer, expected: (string | number)[], ...headers: string[]]>([
    ['that break off', Buffer.from(text('words', '{}')), [400, 'upload-unreadable']],
    [
      'that break off in a file',
      Buffer.concat([Buffer.from(text('words', '{}')), file('one', Buffer.alloc(MIB))]),
      [400, 'upload-unreadable'],
    ],
    ['without a boundary', body(text('words', '{}')), [400, 'upload-unreadable'], 'Content-Type: multipart/form-data'],
    ['that are something else', Buffer.from('{}'), [400, 'upload-unreadable']],
    ['that are compressed', body(text('words', '{}')), [415, 'encoding-unsupported'], 'Content-Encoding: gzip'],
    ['with two texts', body(text('words', '{}'), text('more', 'x')), [400, 'upload-unreadable']],
    ['with too much text', body(text('words', 'x'.repeat(2 * MIB))), [413, 'entity-too-large']],
    ['with too much text in a file', body(file('words', 'x'.repeat(2 * MIB))), [413, 'entity-too-large']],
    ['with lists in lists', body(text('words', '['.repeat(MIB / 2))), [400, 'too-deep']],
    ['with broken JSON', body(text('words', '{')), [400, 'entity-parse-failed']],
    ['that are too large', body(text('words', '{}'), file('one', Buffer.alloc(7 * MIB))), [413, 'entity-too-large']],
  ])('are refused %s', async (_name, sent, expected, ...headers) => {
    expect(await answered(open(sent, undefined, headers))).toEqual(expected);
  });

  it('are not read for who may not send, nor by a route that takes none', async () => {
    expect(await answered(open(text('words', '{}'), 5 * MIB, [], member))).toEqual([403, 'admins-only']);
    expect(await answered(open(text('words', '{}'), 5 * MIB, [], service, 'nothing'))).toEqual([201, undefined]);
    expect(await answered(open(text('words', '{}'), 5 * MIB, [], service, 'nowhere'))).toEqual([404, 'http']);
    expect(await answered(open('', 5 * MIB, [], 'a.b.c'))).toEqual([401, 'token-invalid']);
  });

  it('end when nothing comes any more, in the words as in a file', async () => {
    expect(await answered(open('--b\r\nContent-Disp', 5 * MIB))).toEqual([408, 'body-too-slow']);
    expect(await answered(open(Buffer.concat([Buffer.from(text('words', '{}')), file('one', 'x'.repeat(100_000))]), 5 * MIB))).toEqual([
      408,
      'body-too-slow',
    ]);
  });

  it('come no faster than they are taken, and wait longer for their reader than a sender may', async () => {
    let go: () => void = () => undefined;
    gate = new Promise((resolve) => (go = resolve));
    const answer = answered(open(body(text('words', '{}'), file('one', Buffer.alloc(5 * MIB)))));
    await sleep(2500);
    expect(sockets[0]?.bytesRead).toBeLessThan(2 * MIB);
    go();
    expect(await answer).toEqual([201, undefined]);
    expect(came.at(-1)).toEqual(['one', 5 * MIB]);
  });
});
