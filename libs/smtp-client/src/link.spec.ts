import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Link } from './link.js';
import { TIMEOUTS } from './testing/client.js';

let server: Server;
let received: Buffer[];

beforeEach(async () => {
  received = [];
  server = createServer((socket) => {
    socket.on('data', (chunk) => received.push(chunk)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const open = (): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => resolve(socket));
  });

describe('the link', () => {
  it.each([[['text\r\n.\r\n']], [['text\r\n', '.\r\n']], [['text\r', '\n', '.', '\r', '\n']], [['.\r\n']]])(
    'does not let the end mark out before its release: %j',
    async (pieces) => {
      const link = new Link(await open(), TIMEOUTS);
      link.beginBody();
      for (const piece of pieces) link.body(Buffer.from(piece), () => undefined);
      expect(link.failure).toMatchObject({ kind: 'protocol' });
      expect(`\r\n${Buffer.concat(received).toString()}`).not.toContain('\r\n.\r\n');
    },
  );

  it('releases no end of data outside of a body', async () => {
    const link = new Link(await open(), TIMEOUTS);
    expect(() => link.releaseEndOfData()).toThrow();
    link.abandon();
  });
});
