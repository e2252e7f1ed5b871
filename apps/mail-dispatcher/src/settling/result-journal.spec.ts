import { mkdtemp, readdir, rm, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { ResultJournal } from './result-journal.js';
import { type FactsReport } from './try-report.js';

const report: FactsReport = {
  deliveryId: '01a20f9a-9b4e-73bf-8d69-397962ab9e10',
  attemptId: '01a20f9a-9b4e-73bf-8d69-397962ab9e11',
  route: 'custom',
  results: [{ position: 0, outcome: 'accepted', reply: '250 ok' }],
};

describe('the result journal', () => {
  let folder: string;
  let journal: ResultJournal;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'journal-'));
    journal = new ResultJournal({ RESULT_JOURNAL_DIR: path.join(folder, 'journal') } as DispatcherEnv);
  });
  afterEach(() => rm(folder, { recursive: true }));
  const files = () => readdir(path.join(folder, 'journal'));
  const fileOf = (id: string) => path.join(folder, 'journal', `${id}.json`);

  it('is empty before anything was kept', async () => {
    expect(await journal.kept()).toEqual([]);
  });

  it('gives back what was kept until it is forgotten, also to a process that shares the folder', async () => {
    const id = await journal.keep(report);
    const another = new ResultJournal({ RESULT_JOURNAL_DIR: path.join(folder, 'journal') } as DispatcherEnv);
    expect(await another.kept()).toEqual([{ id, report }]);
    await another.forget(id);
    expect(await journal.kept()).toEqual([]);
    await journal.forget(id);
  });

  it('takes half a report for none, leaves it to a writer that may be at it, and clears it away later', async () => {
    const [whole, half] = [await journal.keep(report), await journal.keep(report)];
    await truncate(fileOf(half), 40);
    expect((await journal.kept()).map(({ id }) => id)).toEqual([whole]);
    expect(await files()).toHaveLength(2);
    const longAgo = new Date(Date.now() - 120_000);
    await utimes(fileOf(half), longAgo, longAgo);
    expect((await journal.kept()).map(({ id }) => id)).toEqual([whole]);
    expect(await files()).toEqual([`${whole}.json`]);
  });
});
