// How a dispatcher handles a journal that was damaged.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { type FactsReport } from './try-report.js';

const reportOf = (deliveryId: string): FactsReport => ({
  ...{ deliveryId, attemptId: randomUUID(), route: 'platform' },
  results: [{ position: 0, outcome: 'accepted', reply: '250 ok' }],
});

describe('a journal with files that can not be recorded', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ dispatchers: 0 });
    await harness.saveSettings(teamSettings('acme'));
  });
  afterAll(() => harness.stop());

  it('stops neither the start nor the work, and tells the operator of each of them', async () => {
    const journal = path.join(harness.folder, 'journal');
    await mkdir(path.join(journal, `${randomUUID()}.json`), { recursive: true });
    const spoilt = [
      '{}',
      JSON.stringify(reportOf('no id')),
      JSON.stringify(reportOf(randomUUID())),
      JSON.stringify(reportOf(randomUUID())),
    ];
    for (const content of spoilt) await writeFile(path.join(journal, `${randomUUID()}.json`), content);
    await harness.startDispatcher();
    const job = invoice();
    await harness.publish(job);
    expect(await harness.until('acme', job.key)).toMatchObject({ status: 'sent' });
    expect(await readdir(journal)).toEqual(['set-aside']);
    const reasons = (await readdir(path.join(journal, 'set-aside'))).filter((name) => name.endsWith('.reason.txt'));
    expect(reasons).toHaveLength(spoilt.length + 1);
    const { text } = await harness.http().get('/metrics').expect(200);
    expect(text).toMatch(/^billing_mail_journal_set_aside_total\{reason="unreadable"\} 1$/m);
    expect(text).toMatch(/^billing_mail_journal_set_aside_total\{reason="invalid"\} 2$/m);
    expect(text).toMatch(/^billing_mail_journal_set_aside_total\{reason="unknown_delivery"\} 2$/m);
  });

  it('goes on where PostgreSQL refuses what is in one', async () => {
    const job = invoice();
    await harness.publish(job);
    const { id } = await harness.until('acme', job.key);
    await harness.sql.affected(`UPDATE dispatch.recipients SET status = 'uncertain' WHERE delivery_id = $1`, [id]);
    await harness.sql.affected(`UPDATE dispatch.deliveries SET status = 'uncertain' WHERE id = $1`, [id]);
    const withNul = { ...reportOf(id), results: [{ position: 0, outcome: 'accepted', reply: '250 \0' }] };
    const file = path.join(harness.folder, 'journal', `${randomUUID()}.json`);
    await writeFile(file, JSON.stringify(withNul));
    await harness.startDispatcher();
    const names = await readdir(path.join(harness.folder, 'journal', 'set-aside'));
    expect(names.some((name) => name.endsWith(path.basename(file)))).toBe(true);
    const { text } = await harness.http().get('/metrics').expect(200);
    expect(text).toMatch(/^billing_mail_journal_set_aside_total\{reason="not_recordable"\} 1$/m);
  });
});

describe('a journal that can not be written', () => {
  let harness: Harness;
  beforeAll(async () => {
    // Nobody can write to this folder, not even root.
    harness = await startHarness({ dispatchers: 1, env: { RESULT_JOURNAL_DIR: '/proc/sys/kernel' } });
    await harness.saveSettings(teamSettings('acme'));
  });
  afterAll(() => harness.stop());

  it('makes the dispatcher unready, which says why; it sends all the same', async () => {
    const { body } = await harness.http().get('/health/ready').expect(503);
    expect(body).toMatchObject({ detail: expect.stringContaining('result-journal') });
    const job = invoice();
    await harness.publish(job);
    expect(await harness.until('acme', job.key)).toMatchObject({ status: 'sent' });
  });
});
