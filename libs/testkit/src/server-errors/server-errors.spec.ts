import { createServer, get, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { startServerProcess } from '../processes/server-process.js';
import { expectServerErrors, takeServerErrors } from './server-errors.js';

describe('a 5xx that nobody expected', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; headers: Record<string, string> };
  beforeAll(async () => {
    server = createServer((_request, response) => {
      for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
      response.writeHead(answer.status).end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    answer = { status: 500, headers: { 'X-Request-Id': 'r1' } };
  });

  const ask = (path = '/v1/things?secret=1') =>
    new Promise<void>((resolve) => void get(`${url}${path}`, (response) => response.resume().once('end', () => resolve())));

  it('is seen once, whether the service or who asks is in this process', async () => {
    await ask();
    expect(takeServerErrors()).toEqual(['500 to GET /v1/things']);
    await (await fetch(`${url}/v1/things`)).text();
    expect(takeServerErrors()).toEqual(['500 to GET /v1/things']);
  });

  it('is not what was said to be expected, once', async () => {
    expectServerErrors(500);
    await ask();
    expect(takeServerErrors()).toEqual([]);
    await ask();
    expect(takeServerErrors()).toEqual(['500 to GET /v1/things']);
  });

  it.each<[string, () => Promise<void>]>([
    ['success', () => ((answer.status = 200), ask())],
    ["the caller's fault", () => ((answer.status = 422), ask())],
    ['a server that a test plays', () => ((answer.headers = {}), ask())],
    ['not being ready yet', () => ((answer.status = 503), ask('/health/ready'))],
  ])('is not %s', async (_name, happen) => {
    await happen();
    expect(takeServerErrors()).toEqual([]);
  });

  it('is seen in the log of a service that runs as a process of its own', async () => {
    const line = { level: 'error', req: { id: 'r2', method: 'PUT', path: '/v1/x' }, res: { status: 503 }, msg: 'request errored' };
    const program = `console.log(${JSON.stringify(JSON.stringify(line))}); console.log('ready'); setInterval(() => {}, 1000)`;
    const process_ = await startServerProcess({
      ...{ command: process.execPath, args: ['-e', program], ready: /ready/, readyWithinMs: 60_000, deathSignal: 'KILL' },
    });
    await process_.end('SIGKILL');
    expect(takeServerErrors()).toEqual(['503 to PUT /v1/x']);
  });
});
