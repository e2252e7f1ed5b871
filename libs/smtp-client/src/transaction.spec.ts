import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import { eachWithServer, IMPATIENT, messageOf, PATIENT, sessionWith } from './testing/client.js';

let server: ScriptedSmtpServer;
eachWithServer((started) => (server = started));

const BODY = `Subject: small\r\n\r\n${'hello '.repeat(10)}\r\n${'world '.repeat(10)}\r\n`;
const RECIPIENTS = ['a@x.test', 'b@x.test', 'c@x.test'];

/** Starts a server that waits for all commands of an envelope and then answers them in one packet. */
async function startPatientServer(): Promise<{ server: Server; port: number; pieces: string[] }> {
  const pieces: string[] = [];
  const patient = createServer((socket) => {
    socket.write('220 patient\r\n');
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      pieces.push(text);
      if (text.startsWith('EHLO')) socket.write('250-patient\r\n250-SIZE\r\n250 PIPELINING\r\n');
      else if (text.endsWith('DATA\r\n')) socket.write(`250 sender\r\n${'250 ok\r\n'.repeat(RECIPIENTS.length)}354 go\r\n`);
      else if (text.endsWith('\r\n.\r\n')) socket.write('250 queued\r\n');
      else if (text === 'QUIT\r\n') socket.end('221 bye\r\n');
    });
  });
  patient.listen(0, '127.0.0.1');
  await once(patient, 'listening');
  return { server: patient, port: (patient.address() as AddressInfo).port, pieces };
}

describe('a server that takes commands in a row', () => {
  it('gets a message in three writes: its envelope, its head, its last bytes with the end of data', async () => {
    const patient = await startPatientServer();
    const session = await sessionWith({ host: server.host, port: patient.port, caPem: server.caPem });
    // The pause makes the server read what has been sent so far as a piece of its own.
    const beforeEndOfData = async () => (await sleep(50), 'release' as const);
    const result = await session.send(messageOf(BODY, { recipients: RECIPIENTS, beforeEndOfData }));
    await session.close();
    await new Promise((resolve) => patient.server.close(resolve));
    expect(result).toMatchObject({ outcome: 'accepted', bodyBegun: true });
    expect(patient.pieces.slice(1)).toEqual([
      `MAIL FROM:<billing@acme.test> SIZE=${BODY.length}\r\n${RECIPIENTS.map((to) => `RCPT TO:<${to}>\r\n`).join('')}DATA\r\n`,
      BODY.slice(0, -64),
      `${BODY.slice(-64)}.\r\n`,
      'QUIT\r\n',
    ]);
  });

  it.each<[string, SmtpScript]>([
    ['late', { mail: { wait: 200, then: '250 ok' } }],
    ['in pieces', { mail: { drip: '250 2.1.0 ok', everyMs: 3 }, rcpt: { drip: '250-2.1.5\n250 ok', everyMs: 3 } }],
    ['all in one packet', { repliesTogether: true }],
    ['in pieces, with long answers', { rcpt: '250-one\n250-two\n250 three', data: { drip: '354 go', everyMs: 3 } }],
  ])('may answer %s', async (_how, script) => {
    server.script = script;
    const session = await sessionWith(server);
    for (let count = 1; count <= 3; count++) {
      expect(await session.send(messageOf(BODY, { recipients: RECIPIENTS }))).toMatchObject({ outcome: 'accepted' });
    }
    await session.close();
    expect(server.messages.map(({ raw }) => raw?.toString())).toEqual([BODY, BODY, BODY]);
  });

  it.each<[string, SmtpScript, object]>([
    ['the sender', { mail: '550 5.7.1 no' }, { stage: 'mail', code: 550 }],
    ['the sender by a 354', { mail: '354 go' }, { kind: 'protocol', stage: 'mail' }],
    ['every recipient', { rcpt: '550 5.1.1 no' }, { stage: 'rcpt', code: 550 }],
  ])('ends nothing by an end mark when it refuses %s and wants a message all the same', async (_whom, script, fact) => {
    server.script = { ...script, takesDataAnyway: true };
    const session = await sessionWith(server);
    const result = await session.send(messageOf(BODY, { recipients: RECIPIENTS }));
    expect(result).toMatchObject({ outcome: 'failed', fact, bodyBegun: false, endOfDataReleased: false });
    expect(session.usable).toBe(false);
    await server.allClosed();
    expect(server.transactions.map(({ endOfDataSeen }) => endOfDataSeen)).toEqual([false]);
  });

  it('has said nothing about the recipients when it refuses the sender', async () => {
    server.script = { mail: '451 later' };
    const session = await sessionWith(server);
    const result = await session.send(messageOf(BODY, { recipients: RECIPIENTS }));
    expect(result.recipients).toEqual(RECIPIENTS.map((address) => ({ address, accepted: false })));
    expect(session.usable).toBe(true);
    await session.close();
  });

  it('is believed for each recipient by itself when it hangs up in between', async () => {
    server.script = {
      rcpt: (_address, index) => ['250 ok', '550 5.1.1 no', { reply: '250 ok', then: 'reset' as const }][index] ?? 'stall',
    };
    const session = await sessionWith(server);
    const result = await session.send(messageOf(BODY, { recipients: RECIPIENTS }));
    expect(result).toMatchObject({
      outcome: 'failed',
      fact: { kind: 'network', stage: 'data' },
      recipients: [{ accepted: true }, { accepted: false, fact: { code: 550 } }, { accepted: true }],
    });
  });

  it('has the time of a reply for each of its replies', async () => {
    server.script = { rcpt: { wait: 1_200, then: '250 ok' } };
    const session = await sessionWith(server, {}, { timeouts: { ...PATIENT, replyMs: 2_000 } });
    expect(await session.send(messageOf(BODY, { recipients: RECIPIENTS }))).toMatchObject({ outcome: 'accepted' });
    await session.close();
  });

  it('is not waited for longer when it leaves one out', async () => {
    server.script = { rcpt: (_address, index) => (index < 2 ? '250 ok' : 'stall') };
    const session = await sessionWith(server, {}, { timeouts: IMPATIENT });
    const result = await session.send(messageOf(BODY, { recipients: RECIPIENTS }));
    expect(result).toMatchObject({ fact: { kind: 'network', stage: 'rcpt', reason: 'timeout' } });
    expect(result.recipients.map(({ accepted }) => accepted)).toEqual([true, true, false]);
  });

  it('may not say more than it was asked for', async () => {
    server.script = { data: { raw: '354 go\r\n250 queued\r\n' } };
    const session = await sessionWith(server);
    expect(await session.send(messageOf(BODY))).toMatchObject({ outcome: 'failed', endOfDataReleased: false, fact: { kind: 'protocol' } });
    expect(server.messages).toEqual([]);
  });
});

describe('a server that does not take commands in a row', () => {
  it('gets each when it has answered the one before, and no DATA when it took nobody', async () => {
    server.script = { extensions: [], maxBytes: 0, rcpt: { wait: 20, then: '550 no' } };
    const session = await sessionWith(server);
    await session.send(messageOf(BODY, { recipients: RECIPIENTS }));
    await session.close();
    const commands = server.connections[0]?.commands.slice(1);
    expect(commands).toEqual(['MAIL FROM:<billing@acme.test>', ...RECIPIENTS.map((address) => `RCPT TO:<${address}>`), 'QUIT']);
  });

  it('is not understood when it answers MAIL by 354, and may be asked again', async () => {
    server.script = { extensions: [], mail: { inTurn: ['354 go', '250 ok'] } };
    const session = await sessionWith(server);
    expect(await session.send(messageOf(BODY))).toMatchObject({ outcome: 'failed', fact: { kind: 'protocol', stage: 'mail' } });
    expect(await session.send(messageOf(BODY))).toMatchObject({ outcome: 'accepted' });
    await session.close();
  });

  it('takes one that it refused back by RSET before the next', async () => {
    server.script = { extensions: [], mail: { inTurn: ['451 no', '250 ok'] } };
    const session = await sessionWith(server);
    await session.send(messageOf(BODY));
    expect(await session.send(messageOf(BODY))).toMatchObject({ outcome: 'accepted' });
    await session.close();
    expect(server.connections[0]?.commands.filter((command) => command === 'RSET')).toHaveLength(1);
  });
});
