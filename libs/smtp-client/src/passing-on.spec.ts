// The next message may be offered before the server has answered the end of the previous one, and neither of the two may suffer from it.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type TransactionResult } from './message.js';
import { SessionKeeper } from './session-keeper.js';
import { type SmtpLine } from './smtp-line.js';
import { handlesLeft, IMPATIENT, messageOf, openHandles, optionsFor, PATIENT, serverAt } from './testing/client.js';

const ENVELOPE = '250 sender\r\n250 recipient\r\n354 go\r\n';

/** A server that answers the first end of data only once it has been offered the next message. */
class LateServer {
  readonly pieces: string[][] = [];
  private readonly server: Server;

  /** @param late sends, on the first connection, the replies to the end of data and to what came after it */
  constructor(
    private readonly late: (socket: Socket) => void,
    private readonly isAnsweredAlone = false,
  ) {
    this.server = createServer((socket) => this.serve(socket));
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    const pieces: string[] = [];
    const isFirst = this.pieces.push(pieces) === 1;
    let ended = 0;
    let text = '';
    socket.on('error', () => socket.destroy()).write('220 late\r\n');
    socket.on('data', (chunk) => {
      pieces.push(chunk.toString());
      text += chunk.toString();
      const ends = text.includes('\r\n.\r\n');
      if (ends) text = text.slice(text.indexOf('\r\n.\r\n') + 5);
      ended += Number(ends);
      if (text.startsWith('EHLO')) socket.write('250-late\r\n250 PIPELINING\r\n');
      else if (text === 'QUIT\r\n') socket.end('221 bye\r\n');
      else if (isFirst && ended === 1 && (this.isAnsweredAlone ? ends : text.endsWith('DATA\r\n'))) this.late(socket);
      else if (text.endsWith('DATA\r\n')) socket.write(ENVELOPE);
      else if (ends && !(isFirst && ended === 1)) socket.write('250 taken\r\n');
      if (/(?:EHLO.*|DATA)\r\n$/.test(text)) text = '';
    });
  }
}

const contentOf = (number: number): string => `Subject: ${number}\r\n\r\n${'x'.repeat(300)}\r\n`;

let handlesBefore: string[];
let keeper: SessionKeeper;
beforeEach(() => {
  handlesBefore = openHandles();
  keeper = new SessionKeeper({ idleMs: 60_000, messagesPerSession: 100 });
});

/** Sends a message, and another one as soon as the first one's end of data is out. */
async function sendBoth(
  late: (socket: Socket) => void,
  change: { timeouts?: typeof PATIENT; isAnsweredAlone?: boolean; meanwhile?: (of: SmtpLine[]) => void } = {},
) {
  const server = new LateServer(late, change.isAnsweredAlone);
  const port = await server.listen();
  const lineOf = (): SmtpLine =>
    keeper.line(
      serverAt({ host: '127.0.0.1', port, caPem: '' }),
      'acme',
      optionsFor({ host: '127.0.0.1', port, caPem: '' }, { timeouts: change.timeouts ?? PATIENT }),
    );
  const [one, other] = [lineOf(), lineOf()];
  const sendNext = async (): Promise<TransactionResult> => {
    await other.open();
    const sending = other.send(messageOf(contentOf(2)));
    change.meanwhile?.([one, other]);
    return sending;
  };
  let next: Promise<TransactionResult> | undefined;
  const afterEndOfData = (): void => one.passOn(() => ((next = sendNext()), true));
  const first = await one.send(messageOf(contentOf(1), { afterEndOfData }));
  await one.giveBack();
  if (next === undefined) throw new Error('the next one was not asked for');
  const second = await next;
  await other.giveBack();
  await keeper.close();
  await server.close();
  expect(await handlesLeft(handlesBefore)).toEqual([]);
  return { first, second, connections: server.pieces, opened: keeper.opened };
}

describe('a message that is offered while the one before is still to be answered', () => {
  it('goes over the same session, with its envelope behind that end of data', async () => {
    const { first, second, connections } = await sendBoth((socket) => socket.write(`250 first\r\n${ENVELOPE}`));
    expect([first, second]).toMatchObject([
      { outcome: 'accepted', reply: '250 first' },
      { outcome: 'accepted', reply: '250 taken' },
    ]);
    expect(connections).toHaveLength(1);
    expect(connections.flat().join('')).toContain('.\r\nMAIL FROM:<billing@acme.test>');
    expect(connections.flat().filter((piece) => piece.includes('RSET'))).toEqual([]);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['closes after that answer', (socket) => socket.end('250 first\r\n')],
    ['says 421 to it', (socket) => socket.end('250 first\r\n421 4.7.0 enough\r\n')],
  ])('goes over a fresh session where the server %s', async (_what, late) => {
    const { first, second, opened } = await sendBoth(late);
    expect([first, second]).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect(opened).toBe(2);
  });

  it('goes over a fresh session where the one before was refused and left its envelope open', async () => {
    const { first, second, opened } = await sendBoth((socket) =>
      socket.write('554 5.7.1 no\r\n503 nested MAIL\r\n503 nested\r\n503 nested\r\n'),
    );
    expect(first).toMatchObject({ outcome: 'failed', fact: { kind: 'reply', stage: 'final', code: 554 } });
    expect(second).toMatchObject({ outcome: 'accepted' });
    expect(opened).toBe(2);
  });

  it('goes on where the one before was refused and the server is done with it', async () => {
    const { first, second, opened } = await sendBoth((socket) => socket.write(`554 5.7.1 no\r\n${ENVELOPE}`));
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(second).toMatchObject({ outcome: 'accepted' });
    expect(opened).toBe(1);
  });

  it('leaves the one before in doubt where the link ends before its answer, and is in none itself', async () => {
    const { first, second, opened } = await sendBoth((socket) => socket.destroy());
    expect(first).toMatchObject({ outcome: 'failed', endOfDataReleased: true, fact: { stage: 'final' } });
    expect(second).toMatchObject({ outcome: 'accepted' });
    expect(opened).toBe(2);
  });

  it('takes no answer from the one before when it is given up', async () => {
    const { first, second } = await sendBoth((socket) => setImmediate(() => socket.write(`250 first\r\n${ENVELOPE}`)), {
      meanwhile: ([, other]) => setImmediate(() => other?.abort()),
    });
    expect(first).toMatchObject({ outcome: 'accepted', reply: '250 first' });
    expect(second).toMatchObject({ outcome: 'held', endOfDataReleased: false, bodyBegun: false });
  });

  it('takes no answer from the one before when it is given up before it was offered', async () => {
    const { first, second } = await sendBoth((socket) => socket.write('250 first\r\n'), {
      isAnsweredAlone: true,
      meanwhile: ([, other]) => other?.abort(),
    });
    expect(first).toMatchObject({ outcome: 'accepted', reply: '250 first' });
    expect(second).toMatchObject({ outcome: 'held', endOfDataReleased: false, bodyBegun: false });
  });

  it('goes over a fresh session when the one before is given up', async () => {
    const { first, second } = await sendBoth(() => undefined, { meanwhile: ([one]) => setImmediate(() => one?.abort()) });
    expect(first).toMatchObject({ outcome: 'failed', endOfDataReleased: true });
    expect(second).toMatchObject({ outcome: 'accepted' });
  });

  it('is not offered so again to a server that throws away what comes behind an end of data', async () => {
    const { first, second, opened } = await sendBoth((socket) => socket.write('250 first\r\n'), { timeouts: IMPATIENT });
    expect([first, second]).toMatchObject([{ outcome: 'accepted' }, { outcome: 'accepted' }]);
    expect(opened).toBe(2);
  });
});
