import { randomBytes } from 'node:crypto';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { BounceListener } from './bounce-listener.js';
import { reportTo } from './testing/sample-reports.js';
import { bring } from './testing/smtp-sender.js';

describe('reports taken by dispatchers behind PgBouncer', () => {
  let harness: Harness;

  beforeAll(async () => {
    const key = randomBytes(32).toString('base64');
    const env = { BOUNCE_DOMAIN: 'bounce.platform.example', BOUNCE_SECRET: `k1:${key}`, BOUNCE_SMTP_PORT: '0' };
    harness = await startHarness({ behindPooler: true, env });
  });
  afterAll(() => harness.stop());

  it('are each recorded at the first time, by statements that any connection of the server may get', async () => {
    await harness.saveSettings(teamSettings('acme'));
    const jobs = Array.from({ length: 20 }, (_, index) => invoice({ to: [{ address: `payables${index}@customer.example` }] }));
    await Promise.all(jobs.map((job) => harness.publish(job)));
    for (const { key } of jobs) await harness.until('acme', key);
    const port = harness.apps[0]?.get(BounceListener).port ?? 0;
    const replies = await Promise.all(
      harness.platform.messages.map(({ from, recipients }) =>
        bring(port, [from], reportTo(from, [{ address: recipients[0]?.address ?? '' }])),
      ),
    );
    expect(replies.map((each) => each.at(-1)?.code)).toEqual(jobs.map(() => 250));
    for (const { key } of jobs) expect((await harness.delivery('acme', key))?.status).toBe('failed');
  });
});
