// Settings that change while deliveries wait, settings that can't be read, and very long lists of copies.
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser } from 'mailparser';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

describe('settings and deliveries under way', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ env: { RETRY_DELAYS: '10m,10m' } });
  });
  afterAll(() => harness.stop());
  beforeEach(() => harness.reset());

  it('makes each delivery look wholly as before or wholly as after a change', async () => {
    const before = teamSettings('acme', {
      companyName: 'Before Ltd',
      replyTo: 'before@acme.example',
      cc: [{ address: 'cc-before@acme.example' }],
      bcc: [{ address: 'bcc-before@acme.example' }],
    });
    const after = teamSettings('acme', {
      companyName: 'After Ltd',
      replyTo: 'after@acme.example',
      cc: [{ address: 'cc-after@acme.example' }],
      bcc: [{ address: 'bcc-after@acme.example' }],
      version: 2,
    });
    await harness.saveSettings(before);
    harness.platform.script = { data: { wait: 20, then: '354 go on' } };
    const jobs = Array.from({ length: 100 }, () => invoice());
    await Promise.all(jobs.slice(0, 50).map((job) => harness.publish(job)));
    await harness.platform.waitFor(20);
    await harness.saveSettings(after);
    // On a busy machine all of the first half may have got their look before the change.
    await Promise.all(jobs.slice(50).map((job) => harness.publish(job)));
    const deliveries = await Promise.all(jobs.map((job) => harness.until('acme', job.key)));
    const looks = await Promise.all(
      deliveries.map(async (delivery) => {
        const parsed = await simpleParser(harness.rawOf(delivery));
        const copies = delivery.recipients.filter(({ role }) => role !== 'to').map(({ address }) => address);
        return [parsed.from?.value[0]?.name, parsed.replyTo?.value[0]?.address, ...copies].join(' ');
      }),
    );
    expect(deliveries.every(({ status }) => status === 'sent')).toBe(true);
    expect([...new Set(looks)].sort()).toEqual([
      'After Ltd after@acme.example cc-after@acme.example bcc-after@acme.example',
      'Before Ltd before@acme.example cc-before@acme.example bcc-before@acme.example',
    ]);
  });

  it('sends copies of a type with documents of that type alone', async () => {
    const copies = [{ types: ['reminder'], cc: [{ address: 'law@acme.example' }], bcc: [] }];
    await harness.saveSettings(teamSettings('acme', { copies }));
    const [reminder, bill] = [invoice({ document: { id: 'r', type: 'reminder' } }), invoice()];
    for (const job of [reminder, bill]) await harness.publish(job);
    const addressesOf = async (key: string) => (await harness.until('acme', key)).recipients.map(({ address }) => address);
    expect(await addressesOf(bill.key)).not.toContain('law@acme.example');
    expect(await addressesOf(reminder.key)).toContain('law@acme.example');
  });

  it('sends what waits at once when the password is corrected, and only then', async () => {
    harness.custom.script = { security: 'starttls', accounts: [{ username: 'billing', password: 'right' }] };
    const withPassword = (password: string, version: number) =>
      teamSettings('acme', { sender: 'custom', smtp: harness.serverWithPassword('acme', harness.custom.port, password), version });
    const wrong = withPassword('wrong', 1);
    await harness.saveSettings(wrong);
    const jobs = [invoice(), invoice()];
    await Promise.all(jobs.map((job) => harness.publish(job)));
    for (const { key } of jobs) {
      const waiting = await harness.until('acme', key, ({ status }) => status === 'waiting');
      expect(waiting).toMatchObject({ attempts: [{ stage: 'auth', code: 535 }], failure: { code: 'smtp_auth_rejected' } });
      expect(JSON.stringify(waiting)).not.toContain('wrong');
    }
    // A change that has nothing to do with the server costs no try.
    await harness.saveSettings({ ...wrong, cc: [{ address: 'new@acme.example' }], version: 2 });
    await sleep(1500);
    for (const { key } of jobs) expect((await harness.delivery('acme', key))?.attempts).toHaveLength(1);
    await harness.saveSettings(withPassword('right', 3));
    for (const { key } of jobs)
      expect(await harness.until('acme', key)).toMatchObject({ status: 'sent', attempts: [{}, { outcome: 'accepted' }] });
    expect(harness.platform.connections.flatMap(({ commands }) => commands)).toEqual([]);
  });

  it('moves to the platform what waits for a server that the team gave up', async () => {
    await harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(1) }));
    const job = invoice();
    await harness.publish(job);
    await harness.until('acme', job.key, ({ status }) => status === 'waiting');
    await harness.saveSettings(teamSettings('acme', { version: 2 }));
    expect(await harness.until('acme', job.key)).toMatchObject({ status: 'sent', route: 'platform', signed: true });
  });

  it('waits while nobody answers for the settings, loses no try, and goes on when somebody does', async () => {
    harness.teams.set('later', teamSettings('later'));
    await harness.stopResponder();
    const job = invoice({ teamId: 'later' });
    await harness.publish(job);
    const queued = await harness.until('later', job.key, () => true);
    await sleep(4000);
    expect(await harness.delivery('later', job.key)).toMatchObject({ id: queued.id, attempts: [], settledAt: null });
    await harness.startResponder();
    expect(await harness.until('later', job.key)).toMatchObject({ status: 'sent', attempts: [{ number: 1 }] });
  });

  it('tells the user when the team turns out to be unknown', async () => {
    await harness.stopResponder();
    const job = invoice({ teamId: 'nobody' });
    await harness.publish(job);
    await harness.until('nobody', job.key, () => true);
    await harness.startResponder();
    expect(await harness.until('nobody', job.key)).toMatchObject({
      status: 'failed',
      failure: { code: 'team_unknown' },
    });
    expect(await harness.outcomeOf(job.key)).toMatchObject({ delivery: { status: 'failed' } });
  });

  it('brings the mail once to each of 1,000 CC and 1,000 BCC, in transactions of at most 50, with the same bytes', async () => {
    const many = (kind: string) =>
      Array.from({ length: 1000 }, (_, index) => ({ address: `${kind}${index}@acme.example`, name: `Copy ${index}` }));
    await harness.saveSettings(teamSettings('acme', { cc: many('cc'), bcc: many('bcc') }));
    const job = invoice();
    await harness.publish(job);
    const delivery = await harness.until('acme', job.key);
    expect(delivery).toMatchObject({ status: 'sent', signed: true });
    const envelopes = harness.platform.messages.map(({ recipients }) => recipients.map(({ address }) => address));
    expect(envelopes.map(({ length }) => length)).toEqual([...Array<number>(40).fill(50), 1]);
    expect(new Set(envelopes.flat()).size).toBe(2001);
    expect(new Set(harness.platform.messages.map(({ sha256 }) => sha256)).size).toBe(1);
    const raw = harness.rawOf(delivery);
    expect(raw.includes('bcc0@') || raw.toString().toLowerCase().includes('bcc:')).toBe(false);
    const parsed = await simpleParser(raw);
    const shown = (Array.isArray(parsed.cc) ? [] : (parsed.cc?.value ?? [])).length;
    expect([shown + delivery.recipientsNotShown, shown > 500]).toEqual([1000, true]);
  });
});
