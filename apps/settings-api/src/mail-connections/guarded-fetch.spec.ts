// A provider that a team has named may respond with anything: each response must end the request, and none may end the service.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { guardedFetch } from './guarded-fetch.js';

/** Sends a request to a server that answers with these bytes and keeps the connection. @param waits false: the client aborts after them */
async function ask(answer: string, waits = true): Promise<Response> {
  const asking = new AbortController();
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.write(answer, 'latin1', () => waits || asking.abort()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const fetch = guardedFetch({ allowedNetworks: ['127.0.0.0/8'] });
    return await fetch(url, { method: 'GET', headers: {}, body: null, redirect: 'manual', signal: asking.signal });
  } finally {
    server.close();
    await once(server, 'close');
  }
}

const EMPTY = 'Content-Length: 0\r\n\r\n';

describe('a question to a provider that a team has named', () => {
  it.each([
    ['changes the protocol', `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n`],
    ['changes the protocol without a name', `HTTP/1.1 101 Switching Protocols\r\n\r\n`],
    ['has a status above all', `HTTP/1.1 999 No\r\n${EMPTY}`],
    ['has a status below all', `HTTP/1.1 042 No\r\n${EMPTY}`],
    ['is none', 'nothing of HTTP\r\n\r\n'],
    ['is too large', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1024 * 1024 + 1)}`],
  ])('fails where its answer %s', async (_what, answer) => {
    await expect(ask(answer)).rejects.toThrow();
  });

  it.each([
    ['has begun', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx'],
    ['has not', ' '],
  ])('fails where its answer %s when there was time enough', async (_what, answer) => {
    await expect(ask(answer, false)).rejects.toThrow();
  });

  it.each([200, 204, 302, 404, 599])('has its answer with %i', async (status) => {
    expect((await ask(`HTTP/1.1 ${status} Any\r\n${EMPTY}`)).status).toBe(status);
  });
});
