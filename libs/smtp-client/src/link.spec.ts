import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Link } from './link.js';
import { PATIENT } from './testing/client.js';

let server: Server;
beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const open = (port = (server.address() as AddressInfo).port): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
  });

/** Program of a server that answers the first command and is silent from then on. It prints its port. */
const ANSWERING = `
  const server = require('node:net').createServer((socket) => socket.once('data', () => socket.write('250 ok\\r\\n')));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

describe('the link', () => {
  it('reads a reply that came while the process stood still, although its time is up', async () => {
    // The server runs in its own process, so that it answers while this one is blocked.
    const answering = spawn(process.execPath, ['-e', ANSWERING], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [port] = (await once(answering.stdout, 'data')) as [Buffer];
      const link = new Link(await open(Number(port)), { ...PATIENT, replyMs: 300 });
      const answered = link.exchange('NOOP\r\n', 'mail');
      await new Promise((resolve) => setImmediate(resolve)); // the command has been sent
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900);
      expect(await answered).toMatchObject({ code: 250 });
      expect(await link.exchange('RSET\r\n', 'mail')).toBeNull();
      expect(link.failure).toMatchObject({ kind: 'network', reason: 'timeout' });
    } finally {
      answering.kill();
    }
  });

  it('looks for the password in what is kept of a refusal, and in no more of it', async () => {
    const refusal = `${`550-${'A'.repeat(500)}\r\n`.repeat(100)}550 SECRET\r\n`;
    server.on('connection', (socket) => socket.once('data', () => socket.write(refusal)));
    let searched = 0;
    const link = new Link(await open(), PATIENT, (text) => {
      searched = text.length;
      return text;
    });
    const reply = await link.exchange('RCPT TO:<a@customer.example>\r\n', 'rcpt');
    expect([reply?.code, searched, reply?.lines.join('\n').length]).toEqual([550, 8000, 8000]);
    expect(reply?.lines.join('')).not.toContain('SECRET');
    link.abandon();
  });

  it('releases no end of data outside of a body', async () => {
    const link = new Link(await open(), PATIENT);
    expect(() => link.endBody(Buffer.alloc(0))).toThrow();
    link.abandon();
  });
});
