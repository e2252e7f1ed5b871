import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startScriptedSmtpServer, type ScriptedSmtpServer } from './scripted-smtp-server.js';
import { times } from './smtp-script.js';

let server: ScriptedSmtpServer;

beforeEach(async () => {
  server = await startScriptedSmtpServer();
});

afterEach(() => server.close());

const open = (): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(server.port, server.host, () => resolve(socket));
  });

/** Writes the pieces, each in a packet of its own. Resolves to everything that was received until the server closed. */
async function talk(...pieces: string[]): Promise<string> {
  const socket = await open();
  socket.setNoDelay(true);
  let heard = '';
  socket.on('data', (chunk) => (heard += chunk.toString()));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) {
    socket.write(piece);
    await sleep(2);
  }
  await closed;
  return heard;
}

const ENVELOPE = 'EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n';

describe('the scripted server', () => {
  it.each([
    ['in one piece', ['a\r\n..b\r\n.\r\nQUIT\r\n']],
    ['with a cut in the end mark', ['a\r\n..b\r\n', '.\r', '\nQUIT\r\n']],
    ['byte by byte', [...'a\r\n..b\r\n.\r\n', 'QUIT\r\n']],
    ['with the end mark split from its line', ['a\r\n..b\r', '\n.\r\nQUIT\r\n']],
  ])('reads a message %s', async (_how, pieces) => {
    await talk(ENVELOPE, ...pieces);
    expect(server.messages.map(({ raw }) => raw?.toString())).toEqual(['a\r\n.b\r\n']);
  });

  it('hears what came behind the end of a message, in packets of their own, before it had read that far', async () => {
    server.script = { body: { afterBytes: 1, action: { wait: 50, then: { raw: '' } } } };
    const heard = await talk(ENVELOPE, 'a\r\n', '.\r\n', 'NOOP\r\n', 'QUIT\r\n');
    expect(heard.split('\r\n').slice(-4)).toEqual([expect.stringMatching(/^250/), expect.stringMatching(/^500/), '221 bye', '']);
  });

  it('reads an empty message and one of dots', async () => {
    await talk(ENVELOPE, '.\r\n', 'MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n', '..\r\n...\r\n.\r\n', 'QUIT\r\n');
    expect(server.messages.map(({ raw }) => raw?.toString())).toEqual(['', '.\r\n..\r\n']);
  });

  it('does one thing a number of times, then another', async () => {
    server.script = { mail: times(2, '451 later', '250 ok') };
    const heard = await talk('MAIL FROM:<a@x>\r\n'.repeat(3), 'QUIT\r\n');
    expect(heard.split('\r\n').slice(1, 4)).toEqual(['451 later', '451 later', '250 ok']);
  });

  it('holds a reply until the test lets it go', async () => {
    const heldBack = { isOver: false };
    const held = sleep(20).then(() => (heldBack.isOver = true));
    server.script = { banner: { wait: held, then: { reply: '220 at last', then: 'close' } } };
    expect(await talk()).toBe('220 at last\r\n');
    expect(heldBack.isOver).toBe(true);
  });

  it('behaves by connection where the script asks for it', async () => {
    server.script = (connection) => ({ banner: { reply: `220 number ${connection}`, then: 'close' } });
    expect([await talk(), await talk()]).toEqual(['220 number 1\r\n', '220 number 2\r\n']);
  });

  it('counts connections', async () => {
    const sockets = [await open(), await open()];
    await sleep(20);
    expect([server.openConnections, server.maxConcurrentConnections]).toEqual([2, 2]);
    for (const socket of sockets) socket.destroy();
    await sleep(20);
    expect([server.openConnections, server.maxConcurrentConnections]).toEqual([0, 2]);
  });

  it('behaves by the number of the transaction where the script asks for it', async () => {
    server.script = { mail: (transaction) => `250 number ${transaction}` };
    const heard = await talk('MAIL FROM:<a@x>\r\nRSET\r\nMAIL FROM:<a@x>\r\nQUIT\r\n');
    expect(heard.split('\r\n').filter((line) => line.includes('number'))).toEqual(['250 number 1', '250 number 2']);
  });

  it('breaks off in the body of the transaction that the script says', async () => {
    server.script = { body: (transaction) => (transaction === 2 ? { afterBytes: 1, action: 'close' } : undefined) };
    await talk(ENVELOPE, 'a\r\n.\r\n', ENVELOPE, 'b\r\n');
    expect(server.transactions.map(({ endOfDataSeen }) => endOfDataSeen)).toEqual([true, false]);
  });

  it('answers what came together in one piece where the script asks for it', async () => {
    server.script = { repliesTogether: true, rcpt: 'close' };
    const pieces: string[] = [];
    const socket = await open();
    socket.on('data', (chunk) => pieces.push(chunk.toString()));
    await once(socket, 'data');
    socket.write('MAIL FROM:<a@x.test>\r\nNOOP\r\nRCPT TO:<b@y.test>\r\n');
    await once(socket, 'close');
    expect(pieces.slice(1)).toEqual(['250 2.1.0 sender ok\r\n500 5.5.1 command not known\r\n']);
  });

  it('does on every open connection what nobody asked for', async () => {
    const heard = [talk(), talk()];
    while (server.openConnections < 2) await sleep(2);
    await server.interject({ reply: '421 bye', then: 'close' });
    await server.allClosed();
    expect(await Promise.all(heard)).toEqual(['', ''].map(() => expect.stringMatching(/421 bye\r\n$/)));
  });

  it('gives up waiting for messages that do not come', async () => {
    await expect(server.waitFor(1, 30)).rejects.toThrow('0 of 1 messages');
  });

  it('does not call a message received that it refuses', async () => {
    server.script = { final: '554 no' };
    await talk(ENVELOPE, 'a\r\n.\r\n', 'QUIT\r\n');
    expect(server.messages).toEqual([]);
    expect(server.transactions).toMatchObject([{ endOfDataSeen: true, recipients: [{ address: 'b@y.test', accepted: true }] }]);
  });
});
