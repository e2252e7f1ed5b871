import { startScriptedSmtpServer, type ScriptedSmtpServer, type SmtpAction, type SmtpScript } from '@billing-mail/testkit';
import { type TransactionResult } from './message.js';
import { SessionKeeper, type KeeperOptions } from './session-keeper.js';
import { type SessionOptions } from './session-options.js';
import { type SmtpLine } from './smtp-line.js';
import { type SmtpServer } from './smtp-server.js';
import { ACCOUNT, handlesLeft, IMPATIENT, messageOf, openHandles, optionsFor, PATIENT, serverAt } from './testing/client.js';

let server: ScriptedSmtpServer;
let keeper: SessionKeeper;
let handlesBefore: string[];

beforeEach(async () => {
  handlesBefore = openHandles();
  server = await startScriptedSmtpServer();
  keep();
});

afterEach(async () => {
  await keeper.close();
  await server.close();
  expect(await handlesLeft(handlesBefore)).toEqual([]);
});

function keep(change: Partial<KeeperOptions> = {}): void {
  keeper = new SessionKeeper({ idleMs: 60_000, messagesPerSession: 100, ...change });
}

function lineOf(change: Partial<SmtpServer> = {}, scope = 'acme', options: Partial<SessionOptions> = {}): SmtpLine {
  return keeper.line(serverAt(server, change), scope, optionsFor(server, options));
}

const contentOf = (number: number): string => `Subject: ${number}\r\n\r\n${'x'.repeat(300)}\r\n`;

/** Sends over a line of its own, as a delivery does. */
async function sendOne(number: number, ...args: Parameters<typeof lineOf>): Promise<TransactionResult> {
  const line = lineOf(...args);
  const result = await line.send(messageOf(contentOf(number)));
  await line.giveBack();
  return result;
}

/** Returns the numbers of the messages that the server keeps, in the order in which they came. */
const kept = (): number[] => server.messages.map(({ raw }) => Number(/^Subject: (\d+)/.exec(raw?.toString() ?? '')?.[1]));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const commandsOf = (connection: number): string[] => server.connections[connection - 1]?.commands ?? [];

const MANNERS: { manner: string; script: SmtpScript }[] = [
  { manner: 'commands in a row', script: {} },
  { manner: 'commands in a row, answered together', script: { repliesTogether: true } },
  { manner: 'commands one by one', script: { extensions: [] } },
];

describe.each(MANNERS)('with $manner', ({ script }) => {
  it('50 messages go over one connection', async () => {
    server.script = script;
    for (const number of upTo(50)) expect(await sendOne(number)).toMatchObject({ outcome: 'accepted' });
    expect(kept()).toEqual(upTo(50));
    expect(server.connections).toHaveLength(1);
    expect(keeper.opened).toBe(1);
  });

  const OK = '250 ok';
  const THEN_CLOSE: SmtpAction = { reply: '250 ok', then: 'close' };
  it.each<{ server: string; by: SmtpScript; connections: number; timeouts?: SessionOptions['timeouts'] }>([
    { server: 'closes after each message', by: { final: THEN_CLOSE }, connections: 25 },
    { server: 'closes after 10', by: { final: (number) => (number === 10 ? THEN_CLOSE : OK) }, connections: 3 },
    { server: 'closes at MAIL of the 11th', by: { mail: (number) => (number === 11 ? 'close' : OK) }, connections: 3 },
    { server: 'resets at MAIL of the 11th', by: { mail: (number) => (number === 11 ? 'reset' : OK) }, connections: 3 },
    {
      server: 'is silent at MAIL of the 11th',
      by: { mail: (number) => (number === 11 ? 'stall' : OK) },
      connections: 3,
      timeouts: IMPATIENT,
    },
    { server: 'says 421 at MAIL of the 11th', by: { mail: (number) => (number === 11 ? '421 4.7.0 enough' : OK) }, connections: 3 },
    {
      server: 'says 421 at MAIL of the 11th and hangs up',
      by: { mail: (number) => (number === 11 ? { reply: '421 4.7.0 enough', then: 'close' } : OK) },
      connections: 3,
    },
  ])('a server that $server gets 25 messages once each, over $connections connections', async ({ by, connections, timeouts = PATIENT }) => {
    server.script = { ...script, ...by };
    for (const number of upTo(25)) expect(await sendOne(number, {}, 'acme', { timeouts })).toMatchObject({ outcome: 'accepted' });
    expect(kept()).toEqual(upTo(25));
    expect(server.connections).toHaveLength(connections);
    expect(keeper.opened).toBe(connections);
  });

  it('one line gets over a server that closes after each message', async () => {
    server.script = { ...script, final: THEN_CLOSE };
    const line = lineOf();
    for (const number of upTo(5)) expect(await line.send(messageOf(contentOf(number)))).toMatchObject({ outcome: 'accepted' });
    await line.giveBack();
    expect(kept()).toEqual(upTo(5));
    expect(keeper.opened).toBe(5);
  });

  it('a refused message is taken back before the next one', async () => {
    server.script = { ...script, rcpt: { inTurn: ['550 5.1.1 no', OK] } };
    expect(await sendOne(1)).toMatchObject({ outcome: 'failed', fact: { stage: 'rcpt' } });
    expect(await sendOne(2)).toMatchObject({ outcome: 'accepted' });
    expect(commandsOf(1)).toContain('RSET');
    expect(keeper.opened).toBe(1);
  });
});

describe('a session that waits', () => {
  const ENDS: SmtpAction[] = ['close', 'reset', { reply: '421 4.4.2 idle too long', then: 'close' }, '421 4.4.2 idle too long'];

  it.each(ENDS)('costs no message when the server ends it by %j just as the next one comes', async (action) => {
    await sendOne(1);
    await server.interject(action);
    expect(await sendOne(2)).toMatchObject({ outcome: 'accepted' });
    expect(kept()).toEqual([1, 2]);
    expect(keeper.opened).toBe(2);
  });

  it.each<SmtpAction>([...ENDS, '250 what?'])('is dropped when the server ends it by %j', async (action) => {
    await sendOne(1);
    await server.interject(action);
    await server.allClosed();
    expect(await sendOne(2)).toMatchObject({ outcome: 'accepted' });
    expect(kept()).toEqual([1, 2]);
    expect(keeper.opened).toBe(2);
  });

  it('ends with QUIT when nothing comes', async () => {
    keep({ idleMs: 20 });
    await sendOne(1);
    await server.allClosed();
    expect(commandsOf(1).at(-1)).toBe('QUIT');
  });

  it('is not shared between scopes', async () => {
    await sendOne(1, {}, 'acme');
    await sendOne(2, {}, 'globex');
    await sendOne(3, {}, 'acme');
    expect(server.connections.map(({ transactions }) => transactions.length)).toEqual([2, 1]);
  });

  it('makes room when too many wait', async () => {
    keep({ idleSessionsAtMost: 2 });
    for (const scope of ['a', 'b', 'c']) await sendOne(1, {}, scope);
    while (server.openConnections > 2) await new Promise((resolve) => setImmediate(resolve));
    expect(server.connections.map(({ open }) => open)).toEqual([false, true, true]);
  });

  it('is taken by one line only', async () => {
    await sendOne(1);
    const [first, second] = [lineOf(), lineOf()];
    expect([await first.open(), await second.open()]).toEqual([{ ok: true }, { ok: true }]);
    expect(keeper.opened).toBe(2);
    await Promise.all([first.giveBack(), second.giveBack()]);
  });
});

describe('a session that has carried its share of messages', () => {
  it('is closed by QUIT before the next one is opened', async () => {
    keep({ messagesPerSession: 4 });
    const line = lineOf();
    for (const number of upTo(6)) await line.send(messageOf(contentOf(number)));
    await line.giveBack();
    for (const number of [7, 8, 9]) await sendOne(number);
    expect(kept()).toEqual(upTo(9));
    expect(server.transactions.map(({ connection }) => connection)).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3]);
    expect([commandsOf(1).at(-1), commandsOf(2).at(-1)]).toEqual(['QUIT', 'QUIT']);
  });
});

describe('a kept session that dies', () => {
  it('counts when it was opened for this message', async () => {
    server.script = { mail: 'close' };
    expect(await sendOne(1)).toMatchObject({ outcome: 'failed', fact: { kind: 'network', stage: 'mail' }, bodyBegun: false });
    expect(keeper.opened).toBe(1);
  });

  it('is replaced once for a message, not for ever', async () => {
    server.script = (connection) => (connection === 1 ? {} : { mail: '421 4.7.0 not now' });
    await sendOne(1);
    server.script = { mail: '421 4.7.0 not now' };
    expect(await sendOne(2)).toMatchObject({ outcome: 'failed', fact: { kind: 'reply', stage: 'mail', code: 421 } });
    expect(keeper.opened).toBe(2);
  });

  it('fails the message by what the opening of the next one came to', async () => {
    await sendOne(1);
    server.script = { mail: 'close', banner: '554 5.3.2 no service' };
    const result = await sendOne(2);
    expect(result).toMatchObject({ outcome: 'failed', bodyBegun: false, endOfDataReleased: false });
    expect(result).toMatchObject({ fact: { kind: 'reply', stage: 'greeting', code: 554 }, recipients: [{ accepted: false }] });
  });

  it.each<[string, SmtpScript, object]>([
    ['at RCPT', { rcpt: 'close' }, { fact: { stage: 'rcpt' }, bodyBegun: false, endOfDataReleased: false }],
    ['at DATA', { data: 'close' }, { fact: { stage: 'data' }, bodyBegun: false, endOfDataReleased: false }],
    ['in the body', { body: { afterBytes: 1, action: 'close' } }, { fact: { stage: 'data' }, bodyBegun: true, endOfDataReleased: false }],
    ['after the end of data', { final: 'close' }, { fact: { stage: 'final' }, bodyBegun: true, endOfDataReleased: true }],
  ])('%s is told, nothing is repeated, and the next message has a session of its own', async (_when, script, expected) => {
    await sendOne(1);
    server.script = script;
    const line = lineOf();
    // If the server hangs up within the body, the client notices it some turns of the event loop later.
    const beforeEndOfData = async () => {
      if (script.body !== undefined) await server.allClosed();
      for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
      return 'release' as const;
    };
    expect(await line.send(messageOf(contentOf(2), { beforeEndOfData }))).toMatchObject({ outcome: 'failed', ...expected });
    await line.giveBack();
    expect(keeper.opened).toBe(1);
    server.script = {};
    expect(await sendOne(3)).toMatchObject({ outcome: 'accepted' });
    expect(keeper.opened).toBe(2);
  });
});

describe('a changed password', () => {
  const OLD = { type: 'password', ...ACCOUNT } as const;
  const NEW = { ...OLD, password: 'new horse' };
  const signIn = (auth: SmtpServer['auth']) => ({ security: 'starttls' as const, auth });

  beforeEach(() => {
    server.script = { security: 'starttls', accounts: [OLD, NEW] };
  });

  it('ends at once what waits, and new sessions sign in by the new one', async () => {
    await sendOne(1, signIn(OLD));
    const line = lineOf(signIn(NEW));
    await server.allClosed();
    expect(commandsOf(1).at(-1)).toBe('QUIT');
    expect(await line.send(messageOf(contentOf(2)))).toMatchObject({ outcome: 'accepted' });
    await line.giveBack();
    expect(server.connections.map(({ authAttempts }) => authAttempts[0]?.password)).toEqual([OLD.password, NEW.password]);
  });

  it('ends what is in use when it is given back, also what is only being opened', async () => {
    const [sending, opening] = [lineOf(signIn(OLD)), lineOf(signIn(OLD))];
    await sending.send(messageOf(contentOf(1)));
    const opened = opening.open();
    lineOf(signIn(NEW));
    expect(await opened).toEqual({ ok: true });
    expect(await sending.send(messageOf(contentOf(2)))).toMatchObject({ outcome: 'accepted' });
    await Promise.all([sending.giveBack(), opening.giveBack()]);
    await server.allClosed();
    expect([commandsOf(1).at(-1), commandsOf(2).at(-1)]).toEqual(['QUIT', 'QUIT']);
  });

  it('does not concern other scopes', async () => {
    await sendOne(1, signIn(OLD), 'globex');
    await sendOne(2, signIn(NEW), 'acme');
    await sendOne(3, signIn(OLD), 'globex');
    expect(server.connections.map(({ transactions }) => transactions.length)).toEqual([2, 1]);
  });
});

describe('a line that is given up', () => {
  it.each<[string, SmtpScript]>([
    ['while it opens', { banner: 'stall' }],
    ['at MAIL', { mail: 'stall' }],
  ])('%s holds the message back, at once', async (_when, script) => {
    server.script = script;
    const line = lineOf({}, 'acme');
    const sending = line.send(messageOf(contentOf(1)));
    while (server.openConnections === 0 || (script.mail !== undefined && server.transactions.length === 0)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    line.abort();
    expect(await sending).toMatchObject({ outcome: 'held', endOfDataReleased: false });
    await line.giveBack();
    expect(server.messages).toEqual([]);
  });

  it('holds it back although the gate says yes, and leaves its session to nobody', async () => {
    const line = lineOf();
    const beforeEndOfData = async () => (line.abort(), 'release' as const);
    expect(await line.send(messageOf(contentOf(1), { beforeEndOfData }))).toMatchObject({ outcome: 'held', bodyBegun: true });
    await line.giveBack();
    await sendOne(2);
    expect(kept()).toEqual([2]);
    expect(keeper.opened).toBe(2);
  });

  it('is not opened again in place of a session that died of it', async () => {
    await sendOne(1);
    server.script = { mail: 'stall' };
    const line = lineOf({}, 'acme');
    const sending = line.send(messageOf(contentOf(2)));
    while (server.transactions.length < 2) await new Promise((resolve) => setImmediate(resolve));
    line.abort();
    expect(await sending).toMatchObject({ outcome: 'held' });
    await line.giveBack();
    expect(keeper.opened).toBe(1);
  });

  it('sends nothing from then on, and opens nothing', async () => {
    const line = lineOf();
    line.abort();
    expect(await line.open()).toMatchObject({ ok: false });
    expect(await line.send(messageOf(contentOf(1)))).toMatchObject({ outcome: 'held', bodyBegun: false });
    await line.giveBack();
    expect(server.connections).toEqual([]);
  });
});

describe('a keeper that is closed', () => {
  it('says QUIT to what waits, and to what is in use when that is given back', async () => {
    await sendOne(1, {}, 'globex');
    const line = lineOf();
    await line.open();
    await keeper.close();
    expect(commandsOf(1).at(-1)).toBe('QUIT');
    expect(await line.send(messageOf(contentOf(2)))).toMatchObject({ outcome: 'accepted' });
    await line.giveBack();
    expect(commandsOf(2).at(-1)).toBe('QUIT');
  });
});

/** A TLS alert that a server sends in place of its hello (RFC 8446 6). */
const HANDSHAKE_FAILURE = '\x15\x03\x03\x00\x02\x02\x28';

describe('TLS', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('sessions of %s are resumed by the next connection of the same scope', async (maxTlsVersion) => {
    keep({ messagesPerSession: 1 });
    for (const security of ['tls', 'starttls'] as const) {
      server.forget();
      server.script = { security, maxTlsVersion };
      for (const [number, scope] of ['acme', 'acme', 'globex', 'acme'].entries()) {
        expect(await sendOne(number, { security }, scope)).toMatchObject({ outcome: 'accepted' });
      }
      expect(server.connections.map(({ tls, tlsResumed }) => [tls, tlsResumed])).toEqual(
        [false, true, false, true].map((isResumed) => [maxTlsVersion, isResumed]),
      );
    }
  });

  it('is told by the line, also of an opening that failed', async () => {
    server.script = { security: 'tls', accounts: [] };
    const line = lineOf({ security: 'tls', auth: { type: 'password', ...ACCOUNT } });
    expect(line.tls).toBeNull();
    expect(await line.open()).toMatchObject({ ok: false, fact: { stage: 'auth', code: 535 } });
    expect(line.tls).toBe('TLSv1.3');
  });

  it('goes back to a full handshake when the server does not know the session any more', async () => {
    keep({ messagesPerSession: 1 });
    server.script = { security: 'tls' };
    await sendOne(1, { security: 'tls' });
    // With another certificate the server has other keys, so it cannot resume the session.
    server.script = { security: 'tls', certificate: 'wrong_host' };
    expect(await sendOne(2, { security: 'tls' })).toMatchObject({ outcome: 'failed', fact: { kind: 'tls', reason: 'wrong_host' } });
    server.script = { security: 'tls' };
    expect(await sendOne(3, { security: 'tls' })).toMatchObject({ outcome: 'accepted' });
    expect(server.connections.map(({ tlsResumed }) => tlsResumed)).toEqual([false, false, false]);
  });

  it.each<['tls' | 'starttls', string, SmtpScript]>([
    ['tls', 'breaks the handshake off', { handshake: 'close' }],
    ['starttls', 'breaks the handshake off', { handshake: 'reset' }],
    ['tls', 'refuses the handshake', { handshake: { raw: HANDSHAKE_FAILURE, then: 'close' } }],
    ['tls', 'ends the session without a greeting', { banner: 'close' }],
  ])('by %s is set up once more, without a session of before, with a server that has one and %s', async (security, _what, breaking) => {
    keep({ messagesPerSession: 1 });
    server.script = (connection) => ({ security, ...(connection === 2 ? breaking : {}) });
    for (const number of [1, 2, 3]) expect(await sendOne(number, { security })).toMatchObject({ outcome: 'accepted' });
    // Three messages and the connection that broke; after that no session is resumed.
    expect(server.connections).toHaveLength(4);
    expect(server.connections.slice(2).map(({ tlsResumed }) => tlsResumed)).toEqual([false, false]);
  });

  it('that breaks without a session of before is not set up once more', async () => {
    server.script = { security: 'tls', handshake: 'close' };
    expect(await sendOne(1, { security: 'tls' })).toMatchObject({ outcome: 'failed', fact: { stage: 'tls' } });
    expect(server.connections).toHaveLength(1);
  });
});
