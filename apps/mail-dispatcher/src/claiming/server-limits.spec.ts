// Limits of a server, and servers that ask to try again later, on real PostgreSQL, Redis and SMTP sockets.
import { type DeliveryView } from '@billing-mail/contracts';
import { type SmtpScript, times } from '@billing-mail/testkit';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

/** The first wait of a route is a tenth of the first delay. The delays are short, so that the doubling ends while the test runs. */
const RETRY_DELAYS = '500ms,900ms';

const TOO_MUCH = '450 4.7.1 Error: too much mail from unknown[192.0.2.7]';
const TOO_MANY_CONNECTIONS = '421 4.7.0 mx.example.de Error: too many connections from unknown[192.0.2.7]';
/** More than a route has tries. */
const FIVE = 5;

describe('a limit of the server', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ env: { RETRY_DELAYS } });
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  const customTeam = (teamId: string, changes = {}) =>
    harness.saveSettings(teamSettings(teamId, { sender: 'custom', smtp: ownServer(harness.custom.port), ...changes }));

  const LIMITED: readonly (readonly [string, SmtpScript])[] = [
    ['the greeting', { banner: times(FIVE, { reply: TOO_MANY_CONNECTIONS, then: 'close' }, '220 mx.example.de') }],
    ['MAIL', { mail: times(FIVE, TOO_MUCH, '250 ok') }],
    ['RCPT', { rcpt: times(FIVE, '450 4.7.1 Error: too many recipients from unknown[192.0.2.7]', '250 ok') }],
    ['DATA', { data: times(FIVE, '451 4.7.1 rate limit exceeded', '354 go on') }],
  ];

  it.each(LIMITED)('at %s costs no try, leaves no trace of one, and never the route', async (at, script) => {
    const teamId = `limited-at-${at.replace(' ', '-')}`;
    harness.custom.script = script;
    await customTeam(teamId, { fallback: true });
    const job = invoice({ teamId });
    await harness.publish(job);
    const waiting = await harness.until(teamId, job.key, ({ status, failure }) => status === 'waiting' && failure !== null);
    expect(waiting).toMatchObject({ attempts: [], failure: { code: 'smtp_rate_limited' }, nextTryAt: expect.any(String) });
    const sent = await harness.until(teamId, job.key);
    expect(sent).toMatchObject({ status: 'sent', route: 'custom', usedFallback: false, failure: null });
    expect(sent.attempts).toMatchObject([{ number: 1, outcome: 'accepted' }]);
    expect(harness.custom.messages).toHaveLength(1);
  });

  it('at sign-in costs no try', async () => {
    const teamId = 'limited-at-sign-in';
    const accounts = [{ username: 'billing', password: 'geheim' }];
    const refusal = '450 4.7.1 Error: too many AUTH commands from unknown[192.0.2.7]';
    let left = FIVE;
    harness.custom.script = { security: 'starttls', accounts, auth: () => (left-- > 0 ? refusal : undefined) };
    await customTeam(teamId, { smtp: harness.serverWithPassword(teamId, harness.custom.port, 'geheim') });
    const job = invoice({ teamId });
    await harness.publish(job);
    expect(await harness.until(teamId, job.key)).toMatchObject({ status: 'sent', attempts: [{ number: 1 }] });
  });

  it('after the end of data costs no try, shows what went out, and the same bytes go out again', async () => {
    const teamId = 'limited-at-the-end';
    harness.custom.script = { final: times(FIVE, '451 4.7.1 too many messages, slow down', '250 ok') };
    await customTeam(teamId);
    const job = invoice({ teamId });
    await harness.publish(job);
    const sent = await harness.until(teamId, job.key);
    expect(sent.status).toBe('sent');
    expect(sent.attempts.map(({ outcome }) => outcome)).toEqual([...Array.from({ length: FIVE }, () => 'failed'), 'accepted']);
    const bodies = harness.custom.transactions.flatMap(({ sha256 }) => sha256 ?? []);
    expect([bodies.length, new Set(bodies).size]).toEqual([FIVE + 1, 1]);
  });

  it('of recipients keeps those who were taken and goes on with the others', async () => {
    const teamId = 'limited-between';
    let left = 2;
    harness.custom.script = {
      rcpt: (address) =>
        address.startsWith('b@') && left-- > 0 ? '450 4.7.1 Error: too many recipients from unknown[192.0.2.7]' : '250 ok',
    };
    await customTeam(teamId);
    const job = invoice({ teamId, to: [{ address: 'a@customer.example' }, { address: 'b@customer.example' }] });
    await harness.publish(job);
    expect((await harness.until(teamId, job.key)).status).toBe('sent');
    const taken = harness.custom.messages.map(({ recipients }) =>
      recipients.filter(({ accepted }) => accepted).map(({ address }) => address),
    );
    expect(taken).toEqual([['a@customer.example'], ['b@customer.example']]);
  });

  it.each(['custom', 'platform'] as const)(
    'of messages in a time lets all 30 through on the route %s, each by its first try',
    async (route) => {
      const teamId = `paced-${route}`;
      const server = harness[route];
      const windowMs = 1500;
      let [windowAt, inWindow] = [0, 0];
      server.script = {
        mail: () => {
          if (Date.now() - windowAt >= windowMs) [windowAt, inWindow] = [Date.now(), 0];
          return (inWindow += 1) <= 6 ? '250 ok' : TOO_MUCH;
        },
      };
      if (route === 'custom') await customTeam(teamId);
      else await harness.saveSettings(teamSettings(teamId));
      const jobs = Array.from({ length: 30 }, () => invoice({ teamId }));
      await Promise.all(jobs.map((job) => harness.publish(job)));
      const deliveries: DeliveryView[] = [];
      for (const { key } of jobs) deliveries.push(await harness.until(teamId, key));
      expect(new Set(deliveries.map(({ status, route: by, attempts }) => `${status} by ${by} in ${attempts.length}`))).toEqual(
        new Set([`sent by ${route} in 1`]),
      );
      expect(server.messages).toHaveLength(30);
      const refused = server.connections.flatMap(({ commands }) => commands).filter((command) => command.startsWith('MAIL')).length - 30;
      expect(refused).toBeLessThan(60);
    },
  );

  it('ends for what waits as soon as the server is another one', async () => {
    const teamId = 'another-server';
    harness.custom.script = { mail: '450 4.7.1 Error: too much mail from you, try again in 2 hours' };
    await customTeam(teamId);
    const job = invoice({ teamId });
    await harness.publish(job);
    await harness.until(teamId, job.key, ({ status }) => status === 'waiting');
    harness.custom.script = {};
    await customTeam(teamId, { fallback: true, version: 2 });
    expect((await harness.until(teamId, job.key)).status).toBe('sent');
  });

  /** Replies that name both a limit and a time to wait: only the latter says how long to wait, neither the number nor the minute does. */
  const NAMED: readonly (readonly [string, keyof SmtpScript, string, number])[] = [
    ['MAIL', 'mail', '432 4.7.0 Limit of 30 messages a minute reached, try again in 2 minutes', 120],
    ['RCPT', 'rcpt', '451 4.7.1 More than 30 messages per minute from this account; please wait 90 seconds', 90],
    ['DATA', 'data', '450 4.7.500 Server busy: 30 messages a minute are allowed. Retry-After: 100', 100],
    ['the end of data', 'final', '432 4.3.2 STOREDRV.ClientSubmit; 30 messages per minute exceeded, retry in 110 seconds', 110],
  ];

  it.each(NAMED)('that is named at %s lets wait as long as told, and costs no try', async (at, step, reply, seconds) => {
    const teamId = `named-at-${at.replaceAll(' ', '-')}`;
    harness.custom.script = { [step]: reply };
    await customTeam(teamId);
    const jobs = [invoice({ teamId }), invoice({ teamId })] as const;
    const publishedAt = Date.now();
    await harness.publish(jobs[0]);
    const waiting = await harness.until(teamId, jobs[0].key, ({ status, failure }) => status === 'waiting' && failure !== null);
    expect(waiting.failure?.code).toBe('smtp_rate_limited');
    const nextTryAt = Date.parse(waiting.nextTryAt ?? '');
    expect(nextTryAt).toBeGreaterThanOrEqual(publishedAt + seconds * 1000);
    expect(nextTryAt).toBeLessThanOrEqual(Date.now() + seconds * 1000 * 1.2);
    // Meanwhile nothing else goes to that server either.
    const asked = () => harness.custom.connections.flatMap(({ commands }) => commands).filter((command) => command.startsWith('MAIL'));
    expect(asked()).toHaveLength(1);
    await harness.publish(jobs[1]);
    await harness.until(teamId, jobs[1].key, ({ status }) => status === 'queued');
    expect(asked()).toHaveLength(1);
    harness.custom.script = {};
    await customTeam(teamId, { fallback: true, version: 2 });
    for (const { key } of jobs) {
      const sent = await harness.until(teamId, key);
      expect(sent).toMatchObject({ status: 'sent', route: 'custom', usedFallback: false });
      // An attempt that was refused after its end of data is shown, but does not count as a try either.
      expect(sent.attempts.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    }
  });

  const ASKED: readonly (readonly [string, string, string, number, RegExp])[] = [
    ['for three minutes', '451 4.7.1 busy now, try again in 3 minutes', 'smtp_server_busy', 180, /3 minutes/],
    [
      'by greylisting',
      '450 4.2.0 <x@y.example>: Recipient address rejected: Greylisted for 300 seconds',
      'asked_to_come_back',
      300,
      /5 minutes/,
    ],
    [
      'for a second, which is too soon to be asked',
      '451 4.7.1 Greylisted, please try again in 1 second',
      'asked_to_come_back',
      30,
      /30 seconds/,
    ],
    ['for days, which is too long to wait', '451 4.7.1 Greylisted, please try again in 3 days', 'asked_to_come_back', 6 * 3600, /6 hours/],
  ];

  it.each(ASKED)('that asks to wait %s is heard, and shown', async (_what, reply, code, seconds, words) => {
    const teamId = `asked-${seconds}`;
    harness.custom.script = code === 'smtp_server_busy' ? { mail: reply } : { rcpt: reply };
    await customTeam(teamId);
    const job = invoice({ teamId });
    await harness.publish(job);
    const waiting = await harness.until(teamId, job.key, ({ status }) => status === 'waiting');
    const [attempt] = waiting.attempts;
    const waitMs = Date.parse(waiting.nextTryAt ?? '') - Date.parse(attempt?.startedAt ?? '') - (attempt?.durationMs ?? 0);
    expect(waitMs).toBeGreaterThan(seconds * 1000 - 50);
    expect(waitMs).toBeLessThan(seconds * 1000 * 1.2 + 30_000);
    expect(waiting.failure).toMatchObject({ code, message: expect.stringMatching(words) });
  });
});
