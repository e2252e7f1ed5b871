import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Controller, Get, Module, type MiddlewareConsumer } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { createHttpService, createLogger, Public } from '@billing-mail/platform';
import { expectServerErrors } from '@billing-mail/testkit';
import request from 'supertest';
import { consolePage } from './console-page.js';
import { serveConsole } from './console.middleware.js';

const config = {
  mailDispatcherUrl: 'https://dispatcher.example/base',
  notificationServiceUrl: 'https://notifier.example',
  platformFromAddress: 'e-invoice@platform.example',
  connectableProviders: ['microsoft' as const],
};

@Controller()
class ApiController {
  @Get('v1/answer')
  @Public()
  answer() {
    return { from: 'api' };
  }
}

describe('the web page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-'));
  let app: NestExpressApplication;
  const get = (path: string) => request(app.getHttpServer()).get(path);

  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__" />');
    writeFileSync(join(folder, 'assets', 'index-abc.js'), 'plain');
    writeFileSync(join(folder, 'assets', 'index-abc.js.br'), brotliCompressSync('packed'));
    writeFileSync(join(folder, 'secret.txt'), 'not for the public');

    @Module({ controllers: [ApiController] })
    class PageModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(serveConsole(config, folder)).forRoutes('{*path}');
      }
    }
    app = await createHttpService({
      module: PageModule,
      title: '',
      description: '',
      env: { AUTH_JWT_SECRET: 'a secret of at least thirty-two characters', HTTP_HOST: '127.0.0.1' },
      logger: createLogger('test', 'silent'),
      unlimited: true,
    });
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  it.each(['/', '/teams', '/teams/acme/settings/invoicing', '/teams/acme/deliveries/0193?x=1'])(
    'comes at %s with a policy that names the services and a nonce that no other answer has',
    async (path) => {
      const [first, second] = [await get(path), await get(path)];
      expect(first.headers['content-type']).toMatch('text/html');
      const policy = String(first.headers['content-security-policy']);
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
      expect(first.text).toBe(`<meta name="csp-nonce" content="${nonce}" />`);
      expect(policy).toContain("connect-src 'self' https://dispatcher.example https://notifier.example;");
      expect(policy).toContain("default-src 'none';");
      // Only objects that the page itself has made are allowed; without them Chrome's viewer would show no PDF.
      expect(policy).toContain('object-src blob:;');
      expect(policy).not.toContain('unsafe');
      expect(second.text).not.toBe(first.text);
      expect(first.headers['cache-control']).toBe('no-store');
    },
  );

  it('sends the compressed form of a file to who takes it, and keeps it for a year', async () => {
    const packed = await get('/assets/index-abc.js').set('Accept-Encoding', 'br');
    expect([packed.headers['content-encoding'], packed.headers['content-type']]).toEqual(['br', expect.stringContaining('javascript')]);
    expect(packed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const plain = await get('/assets/index-abc.js').set('Accept-Encoding', 'gzip');
    expect([plain.headers['content-encoding'], plain.text]).toEqual([undefined, 'plain']);
  });

  it.each(['/assets/nothing.js', '/secret.txt', '/assets/..%2fsecret.txt', '/assets/../secret.txt', '/index.html', '/elsewhere'])(
    'answers 404 at %s',
    async (path) => expect((await get(path)).status).toBe(404),
  );

  it('leaves the API alone and says where the services are', async () => {
    expect((await get('/v1/answer')).body).toEqual({ from: 'api' });
    expect((await get('/console-config.json')).body).toEqual(config);
    expect((await request(app.getHttpServer()).post('/')).status).toBe(404);
  });

  it('names no other origin in its policy when a proxy puts the services behind this one', () => {
    const { policy } = consolePage('', { ...config, mailDispatcherUrl: '/api/dispatcher', notificationServiceUrl: '/api/notifications' });
    expect(policy).toContain("connect-src 'self';");
  });

  it('says that it is not built', async () => {
    expectServerErrors(503);
    rmSync(join(folder, 'index.html'));
    const response = await get('/');
    expect([response.status, response.text]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
