// Tests signing in with a token, against a server over a real socket.
import { type ScriptedSmtpServer, type SmtpScript } from '@billing-mail/testkit';
import { SessionKeeper } from '../session-keeper.js';
import { type SessionStep, type SmtpServer } from '../smtp-server.js';
import { ACCOUNT, eachWithServer, messageOf, openWith, optionsFor, serverAt, sessionWith } from '../testing/client.js';

const USERNAME = 'billing@acme.example';
// As long as a token from Microsoft: it does not fit into a line of 512 octets.
const LONG = `eyJ0eXAi.${'Qx7-_~+/'.repeat(200)}.c2ln==`;
const SHORT = 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg';
const GOOGLES = '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}';

const by = (token: string, username = USERNAME): Partial<SmtpServer> => ({ security: 'tls', auth: { type: 'bearer', username, token } });
const taking = (token: string, change: SmtpScript = {}): SmtpScript => ({
  security: 'tls',
  mechanisms: 'LOGIN XOAUTH2',
  accounts: [{ username: USERNAME, password: token }],
  ...change,
});

let server: ScriptedSmtpServer;
eachWithServer((started) => (server = started));

const attempts = () => server.connections.flatMap(({ authAttempts }) => authAttempts);

describe('signing in by a token', () => {
  it.each([
    ['LOGIN XOAUTH2', 'XOAUTH2'],
    ['PLAIN LOGIN XOAUTH2', 'XOAUTH2'],
    ['LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH', 'OAUTHBEARER'],
    ['OAUTHBEARER', 'OAUTHBEARER'],
  ])('works where the server offers %s, by %s', async (mechanisms, mechanism) => {
    for (const token of [SHORT, LONG]) {
      server.script = taking(token, { mechanisms });
      await (await sessionWith(server, by(token))).close();
      expect(attempts().at(-1)).toEqual({ mechanism, username: USERNAME, password: token, encrypted: true, accepted: true });
    }
  });

  it('says who signs in as the standard writes a name', async () => {
    const username = 'a=b,c@acme.example';
    server.script = taking(SHORT, { mechanisms: 'OAUTHBEARER', accounts: [{ username, password: SHORT }] });
    await (await sessionWith(server, by(SHORT, username))).close();
    expect(attempts()).toMatchObject([{ username, accepted: true }]);
  });

  it('keeps a line within what a server has to read, and gives a long token when it is asked for it', async () => {
    server.script = taking(LONG);
    await (await sessionWith(server, by(LONG))).close();
    expect(server.connections[0]?.commands.filter((command) => command.startsWith('AUTH'))).toEqual(['AUTH XOAUTH2']);
  });

  it.each(['XOAUTH2', 'OAUTHBEARER'])('works where the server wants what came with AUTH %s once more', async (mechanisms) => {
    server.script = taking(SHORT, { mechanisms, ignoresInitialResponse: true });
    await (await sessionWith(server, by(SHORT))).close();
    expect(attempts()).toMatchObject([{ mechanism: mechanisms, accepted: true }]);
  });

  it('goes on to the other way where the server has only the name of the first', async () => {
    server.script = taking(SHORT, {
      mechanisms: 'XOAUTH2 OAUTHBEARER',
      auth: (mechanism) => (mechanism === 'OAUTHBEARER' ? '504 5.5.4 not this way' : undefined),
    });
    await (await sessionWith(server, by(SHORT))).close();
    expect(attempts().map(({ mechanism, accepted }) => [mechanism, accepted])).toEqual([
      ['OAUTHBEARER', false],
      ['XOAUTH2', true],
    ]);
  });

  it('never gives the token as a password', async () => {
    server.script = taking(SHORT, { mechanisms: 'PLAIN LOGIN CRAM-MD5' });
    expect(await openWith(server, by(SHORT))).toMatchObject({
      fact: { kind: 'unsupported', stage: 'auth', text: 'the server offers only PLAIN, LOGIN, CRAM-MD5 for sign-in' },
    });
    expect(server.connections[0]?.commands.filter((command) => command.startsWith('AUTH'))).toEqual([]);
  });

  it('never happens in clear', async () => {
    server.script = taking(SHORT, { security: 'none' });
    expect(await openWith(server, { ...by(SHORT), security: 'none' })).toMatchObject({
      fact: { kind: 'unsupported', stage: 'auth', text: 'a token is not sent over an unencrypted connection' },
    });
    expect(server.connections).toEqual([]);
  });

  it.each([
    [SHORT, 'billing@acme.example\x01auth=Bearer other'],
    ['two words', USERNAME],
    [`${SHORT}\x01`, USERNAME],
    ['', USERNAME],
  ])('says nothing that would be read as something else: %j of %j', async (token, username) => {
    server.script = taking(SHORT);
    expect(await openWith(server, by(token, username))).toMatchObject({ fact: { kind: 'unsupported', stage: 'auth', reason: 'auth' } });
    expect(attempts()).toEqual([]);
  });
});

describe('a token that is refused', () => {
  it.each([
    ['XOAUTH2', ''],
    ['OAUTHBEARER', 'AQ=='],
  ])('at %s is told with what the challenge says, which is answered by %j', async (mechanisms, answer) => {
    const refusal =
      '535-5.7.8 Username and Password not accepted. Learn more at\n535 5.7.8 https://support.google.com/mail/?p=BadCredentials';
    server.script = taking(LONG, { mechanisms, tokenChallenge: GOOGLES, auth: refusal });
    const opened = await openWith(server, by(SHORT));
    expect(opened).toMatchObject({
      fact: { kind: 'reply', stage: 'auth', code: 535, enhancedCode: '5.7.8', byToken: true },
    });
    expect(JSON.stringify(opened)).toContain('(the token was refused: status 400, scope https://mail.google.com/)');
    expect(attempts()).toMatchObject([{ answerToChallenge: answer }]);
    await server.allClosed();
    expect(server.connections[0]?.commands.at(-1)).toBe('QUIT');
  });

  it('is not tried another way once the server has said what is wrong with it', async () => {
    server.script = taking(LONG, { mechanisms: 'XOAUTH2 OAUTHBEARER', tokenChallenge: GOOGLES });
    expect(await openWith(server, by(SHORT))).toMatchObject({ fact: { code: 535 } });
    expect(attempts()).toHaveLength(1);
  });

  it.each(['no JSON', '[]', '"x"', '{}', '{"status":{"a":1},"scope":"a\\u0001b"}', `{"status":"${'x'.repeat(5000)}"}`])(
    'is told as it is refused where the challenge makes no sense: %s',
    async (tokenChallenge) => {
      server.script = taking(LONG, { tokenChallenge });
      expect(await openWith(server, by(SHORT))).toMatchObject({
        fact: { stage: 'auth', code: 535, text: '535 5.7.8 credentials invalid' },
      });
    },
  );

  it.each<[SmtpScript, object]>([
    [{ auth: '535 5.7.3 Authentication unsuccessful' }, { kind: 'reply', code: 535, enhancedCode: '5.7.3', byToken: true }],
    [{ auth: '454 4.7.0 Temporary authentication failure' }, { kind: 'reply', code: 454, byToken: true }],
    [{ auth: '430 4.2.0 STOREDRV; mailbox logon failure' }, { kind: 'reply', code: 430, byToken: true }],
    [{ auth: 'close' }, { kind: 'network', reason: 'closed' }],
    [{ auth: 'reset' }, { kind: 'network', reason: 'reset' }],
    [
      { auth: 'close', tokenChallenge: GOOGLES },
      { kind: 'network', reason: 'closed' },
    ],
    [{ auth: '334 ' }, { kind: 'reply', code: 500 }],
    [{ auth: { raw: 'what?\r\n' } }, { kind: 'protocol' }],
  ])('is told by what came: %j', async (change, fact) => {
    server.script = taking(LONG, change);
    expect(await openWith(server, by(SHORT))).toMatchObject({ ok: false, fact: { stage: 'auth', ...fact } });
  });

  it('is nowhere in what is told, however the server repeats it', async () => {
    const said = Buffer.from(`user=${USERNAME}\x01auth=Bearer ${SHORT}\x01\x01`).toString('base64');
    const steps: SessionStep[] = [];
    server.script = taking(LONG, {
      tokenChallenge: JSON.stringify({ status: 'invalid_token', scope: `Bearer ${SHORT}`, was: said }),
      auth: `535 5.7.8 refused ${SHORT}, ${encodeURIComponent(SHORT)}, ${said} and ${Buffer.from(SHORT).toString('hex')}`,
    });
    const told = JSON.stringify([await openWith(server, by(SHORT), { onStep: (step) => steps.push(step) }), steps]);
    expect(told).toContain('5.7.8 refused ***, ***');
    for (const secret of [
      SHORT,
      said,
      Buffer.from(SHORT).toString('hex'),
      SHORT.slice(5, 25),
      Buffer.from(SHORT.slice(5, 26)).toString('base64'),
    ]) {
      expect(told).not.toContain(secret);
    }
  });

  it('of a password says nothing of tokens', async () => {
    server.script = { security: 'tls', accounts: [], auth: '535 5.7.8 no' };
    const opened = await openWith(server, { security: 'tls', auth: { type: 'password', ...ACCOUNT } });
    expect(opened).not.toHaveProperty('fact.byToken');
  });
});

it('a session outlives the token that it was opened by', async () => {
  const keeper = new SessionKeeper({ idleMs: 60_000, messagesPerSession: 10 });
  server.script = taking(SHORT);
  const line = (token: string) => keeper.line(serverAt(server, by(token)), 'acme', optionsFor(server));
  for (const token of [SHORT, LONG]) {
    const way = line(token);
    expect(await way.send(messageOf('Subject: x\r\n\r\nx\r\n'))).toMatchObject({ outcome: 'accepted' });
    await way.giveBack();
  }
  expect(keeper.opened).toBe(1);
  await keeper.close();
});
