// Deliveries of teams whose server accepts the access token of a connected mailbox.
import { createHash } from 'node:crypto';
import { eventually } from '@billing-mail/testkit';
import { type DeliveryView, type SmtpTokenRequest, type TeamMailSettings } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Long, so that waiting deliveries go out for the tested reason, and not because their time has come. */
const RETRY_DELAYS = '1h,1h';

describe('a delivery by a connected mailbox', () => {
  let harness: Harness;
  let asked: SmtpTokenRequest[];
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2, env: { RETRY_DELAYS } });
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    await harness.reset();
    asked = [];
  });

  let connections = 0;
  /** Each test has a mailbox of its own, so that no delivery uses a session that was opened for another. */
  const mailbox = () => `billing-${connections}@acme.example`;
  const connectedTeam = (changes: Partial<TeamMailSettings> = {}): TeamMailSettings => {
    const id = `connection-${connections}`;
    const connection = { id, provider: 'microsoft' as const, mailbox: mailbox(), connectedAt: new Date().toISOString(), trouble: null };
    return teamSettings('acme', {
      sender: 'custom',
      version: connections,
      smtp: ownServer(harness.custom.port, { security: 'starttls', auth: { type: 'oauth2', connection } }),
      ...changes,
    });
  };
  /** Sets the token that the server accepts for the mailbox. */
  const takes = (token: string): void => {
    connections += 1;
    harness.custom.script = { security: 'starttls', accounts: [{ username: mailbox(), password: token }], mechanisms: 'XOAUTH2' };
  };

  it('asks for one token in each process, whatever number goes out', async () => {
    takes('token-1');
    harness.answerTokens((request) => (asked.push(request), 'token-1'));
    await harness.saveSettings(connectedTeam());
    const jobs = Array.from({ length: 20 }, () => invoice());
    await Promise.all(jobs.map((job) => harness.publish(job)));
    for (const { key } of jobs) expect((await harness.until('acme', key)).status).toBe('sent');
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(asked[0]).toMatchObject({ teamId: 'acme', host: '127.0.0.1' });
  });

  it('has a refused token renewed within the same try', async () => {
    takes('token-3');
    harness.answerTokens((request) => (asked.push(request), request.rejected === sha256('token-2') ? 'token-3' : 'token-2'));
    await harness.saveSettings(connectedTeam());
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect([delivery.status, delivery.attempts.length]).toEqual(['sent', 1]);
    expect(asked.map(({ rejected }) => rejected)).toEqual([undefined, sha256('token-2')]);
  });

  it('signs in for a shared mailbox as the person whose token it is, and sends from the shared one', async () => {
    connections += 1;
    const clerk = 'clerk@acme.example';
    harness.custom.script = { security: 'starttls', accounts: [{ username: clerk, password: 'token-8' }], mechanisms: 'XOAUTH2' };
    harness.answerTokens(() => 'token-8');
    const { smtp, ...team } = connectedTeam();
    if (smtp?.auth.type !== 'oauth2' || smtp.auth.connection === null) throw new Error('A mailbox is connected.');
    const auth = { ...smtp.auth, connection: { ...smtp.auth.connection, username: clerk } };
    await harness.saveSettings({ ...team, smtp: { ...smtp, auth, fromAddress: mailbox() } });
    const job = invoice();
    await harness.publish(job);
    expect(await harness.until('acme', job.key)).toMatchObject({ status: 'sent', attempts: [{ number: 1 }] });
    const [message] = harness.custom.messages;
    expect([message?.username, message?.from]).toEqual([clerk, mailbox()]);
    expect(message?.raw?.toString('latin1')).toMatch(new RegExp(`^From: .*<${mailbox()}>`, 'm'));
  });

  it('waits without a try while the provider is away', async () => {
    takes('token-4');
    let isAway = true;
    harness.answerTokens((request) => (asked.push(request), isAway ? { unavailable: 'provider_away' } : 'token-4'));
    await harness.saveSettings(connectedTeam());
    const job = invoice();
    await harness.publish(job);
    await eventually(
      () => asked.length,
      (count) => count > 0,
    );
    isAway = false;
    const delivery = await harness.until('acme', job.key);
    expect([delivery.status, delivery.attempts.length]).toEqual(['sent', 1]);
  });

  const incidents = () => harness.outcomes.filter(({ type }) => type === 'server_down');
  const isStopped = ({ status, failure }: DeliveryView) => status === 'waiting' && failure !== null;

  it('waits without a try while the team has to connect again, which is told once, and goes out at once after that', async () => {
    takes('token-5');
    harness.answerTokens((request) => (asked.push(request), { broken: 'sign_in_expired' }));
    await harness.saveSettings(connectedTeam());
    const [first, second] = [invoice(), invoice()];
    await harness.publish(first);
    const waiting = await harness.until('acme', first.key, isStopped);
    expect(waiting).toMatchObject({ attempts: [], failure: { code: 'smtp_sign_in_expired' } });
    await eventually(incidents, ({ length }) => length === 1);
    expect(incidents()).toMatchObject([{ teamId: 'acme', failure: { code: 'smtp_sign_in_expired' } }]);
    await harness.publish(second);
    // Otherwise it could still get the new token below, and sign in to the old mailbox with it.
    await harness.until('acme', second.key, isStopped);
    // Without a token no delivery contacts the server; the open connections belong to other mailboxes.
    expect(harness.custom.connections.flatMap(({ authAttempts, transactions }) => [...authAttempts, ...transactions])).toEqual([]);
    takes('token-6');
    harness.answerTokens(() => 'token-6');
    await harness.saveSettings(connectedTeam());
    for (const { key } of [first, second])
      expect(await harness.until('acme', key)).toMatchObject({ status: 'sent', route: 'custom', attempts: [{ number: 1 }] });
    expect(incidents()).toHaveLength(1);
  });

  it('goes by the platform at once where the team allows it, as do those that come after it', async () => {
    takes('token-7');
    harness.answerTokens((request) => (asked.push(request), { broken: 'sign_in_expired' }));
    await harness.saveSettings(connectedTeam({ fallback: true }));
    const met: (string | null)[] = [];
    for (let round = 0; round < 3; round += 1) {
      const job = invoice();
      await harness.publish(job);
      const sent = await harness.until('acme', job.key);
      expect(sent).toMatchObject({
        ...{ status: 'sent', route: 'platform', usedFallback: true, failure: { code: 'smtp_sign_in_expired' } },
      });
      met.push(sent.incidentId);
    }
    // All belong to the incident that they met, or that they avoided by the fallback.
    expect(new Set(met)).toEqual(new Set([expect.any(String)]));
    const incident = await harness.http().get(`/v1/teams/acme/incidents/${met[0]}`).set('Authorization', `Bearer ${harness.serviceToken}`);
    expect(incident.body).toMatchObject({ code: 'smtp_sign_in_expired', deliveries: { fellBack: 3 } });
    // Each process asks once and then remembers the answer.
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});

describe('a mailbox that its provider keeps from sending', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ env: { RETRY_DELAYS } });
  });
  afterAll(() => harness.stop());

  it('is not asked again before the settings change, costs no try, and is told once', async () => {
    const settings = (version: number) => teamSettings('acme', { version, sender: 'custom', smtp: ownServer(harness.custom.port) });
    harness.custom.script = { final: '550 5.2.251 Sender throttled due to continuous mailbox full errors.' };
    await harness.saveSettings(settings(1));
    const [first, second] = [invoice(), invoice()];
    await harness.publish(first);
    const waiting = await harness.until('acme', first.key, ({ status }) => status === 'waiting');
    expect(waiting).toMatchObject({ failure: { code: 'sender_mailbox_full' } });
    const told = () => harness.outcomes.filter(({ type }) => type === 'server_down');
    await eventually(told, ({ length }) => length === 1);
    await harness.publish(second);
    await harness.until('acme', second.key, ({ status }) => status === 'queued');
    expect(harness.custom.transactions).toHaveLength(1);
    harness.custom.script = {};
    await harness.saveSettings({ ...settings(2), fallback: true });
    for (const { key } of [first, second]) expect(await harness.until('acme', key)).toMatchObject({ status: 'sent', route: 'custom' });
    expect(told()).toHaveLength(1);
  });
});
