// Deliveries of teams whose server is signed in to by the token of a connected mailbox.
import { createHash } from 'node:crypto';
import { type SmtpTokenRequest, type TeamMailSettings } from '@billing-mail/contracts';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const MAILBOX = 'billing@acme.example';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('a delivery by a connected mailbox', () => {
  let harness: Harness;
  let asked: SmtpTokenRequest[];
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 2 });
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    await harness.reset();
    asked = [];
  });

  let connections = 0;
  const connectedTeam = (): TeamMailSettings => {
    const id = `connection-${(connections += 1)}`;
    const connection = { id, provider: 'microsoft' as const, mailbox: MAILBOX, connectedAt: new Date().toISOString(), trouble: null };
    return teamSettings('acme', {
      sender: 'custom',
      version: connections,
      smtp: ownServer(harness.custom.port, { security: 'starttls', auth: { type: 'oauth2', connection } }),
    });
  };
  const takes = (token: string): void => {
    harness.custom.script = { security: 'starttls', accounts: [{ username: MAILBOX, password: token }], mechanisms: 'XOAUTH2' };
  };

  it('asks for one token in each process, whatever number goes out', async () => {
    takes('token-1');
    harness.answerTokens((request) => (asked.push(request), 'token-1'));
    await harness.saveSettings(connectedTeam());
    const jobs = Array.from({ length: 20 }, () => invoice());
    await Promise.all(jobs.map((job) => harness.publish(job)));
    for (const { key } of jobs) expect((await harness.until('acme', key, undefined, 60_000)).status).toBe('sent');
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(asked[0]).toMatchObject({ teamId: 'acme', host: '127.0.0.1' });
  });

  it('has a refused token renewed within the same try', async () => {
    takes('token-3');
    harness.answerTokens((request) => (asked.push(request), request.rejected === sha256('token-2') ? 'token-3' : 'token-2'));
    await harness.saveSettings(connectedTeam());
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key, undefined, 60_000);
    expect([delivery.status, delivery.attempts.length]).toEqual(['sent', 1]);
    expect(asked.map(({ rejected }) => rejected)).toEqual([undefined, sha256('token-2')]);
  });

  it('waits without a try while the provider is away', async () => {
    takes('token-4');
    let isAway = true;
    harness.answerTokens((request) => (asked.push(request), isAway ? { unavailable: 'provider_away' } : 'token-4'));
    await harness.saveSettings(connectedTeam());
    const job = invoice();
    await harness.publish(job);
    await harness.eventually(
      () => asked.length,
      (count) => count > 0,
      60_000,
    );
    isAway = false;
    const delivery = await harness.until('acme', job.key, undefined, 60_000);
    expect([delivery.status, delivery.attempts.length]).toEqual(['sent', 1]);
  });

  it('is failed with its reason while the team has to connect again, and never asks the server without a token', async () => {
    takes('token-5');
    harness.answerTokens((request) => (asked.push(request), { broken: 'sign_in_expired' }));
    await harness.saveSettings(connectedTeam());
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key, undefined, 60_000);
    expect(delivery.status).toBe('failed');
    expect(delivery.attempts.map(({ stage }) => stage)).toEqual(['auth', 'auth', 'auth']);
    expect(JSON.stringify(delivery.recipients)).toContain('smtp_sign_in_expired');
    expect(harness.custom.connections.length).toBe(0);
  });
});
