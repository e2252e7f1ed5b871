import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

describe('dispatchers behind PgBouncer', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await startHarness({ behindPooler: true, dispatchers: 2 });
  });
  afterAll(() => harness.stop());

  it('send each delivery once, by statements that any connection of the server may get', async () => {
    await harness.saveSettings(teamSettings('acme'));
    // Some deliveries wait for a second try: they are given back and claimed again, by a statement that another connection has prepared.
    const refused = new Set<string>();
    harness.platform.script = {
      rcpt: (address) => {
        if (refused.size === 10 || refused.has(address)) return '250 ok';
        refused.add(address);
        return '451 4.3.0 not now';
      },
    };
    const jobs = Array.from({ length: 60 }, (_, index) => invoice({ to: [{ address: `payables${index}@customer.example` }] }));
    await Promise.all(jobs.map((job) => harness.publish(job)));
    for (const { key } of jobs) expect(await harness.outcomeOf(key)).toMatchObject({ delivery: { status: 'sent' } });
    expect(harness.platform.messages).toHaveLength(jobs.length);
  });
});
