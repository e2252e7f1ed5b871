import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '@billing-mail/platform';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { ResultJournal } from './result-journal.js';
import { type FactsReport } from './try-report.js';

const report: FactsReport = {
  deliveryId: '01a20f9a-9b4e-73bf-8d69-397962ab9e10',
  attemptId: '01a20f9a-9b4e-73bf-8d69-397962ab9e11',
  route: 'custom',
  results: [{ position: 0, outcome: 'accepted', reply: '250 ok' }],
};

const journalIn = (RESULT_JOURNAL_DIR: string) =>
  new ResultJournal({ RESULT_JOURNAL_DIR } as DispatcherEnv, createLogger('mail-dispatcher', 'silent'));

describe('the result journal', () => {
  let folder: string;
  let journal: ResultJournal;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'journal-'));
    journal = journalIn(path.join(folder, 'journal'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const files = () => readdir(path.join(folder, 'journal'));
  const fileOf = (id: string) => path.join(folder, 'journal', `${id}.json`);

  const setAside = async () => {
    const place = path.join(folder, 'journal', 'set-aside');
    const names = (await readdir(place)).filter((name) => name.endsWith('.json'));
    const read = (file: string) => readFile(path.join(place, file), 'utf8');
    return Promise.all(
      names.map(async (name) => ({ content: await read(name).catch(() => null), reason: await read(`${name}.reason.txt`) })),
    );
  };

  it('is empty before anything was kept', async () => {
    expect(await journal.kept()).toEqual([]);
  });

  it('gives back what was kept until it is forgotten, also to a process that shares the folder', async () => {
    const id = await journal.keep(report);
    const another = journalIn(path.join(folder, 'journal'));
    expect(await another.kept()).toEqual([{ id, report }]);
    await another.forget(id);
    expect(await journal.kept()).toEqual([]);
    await journal.forget(id);
  });

  it('takes half a report for none, leaves it to a writer that may be at it, and sets it aside later', async () => {
    const [whole, half] = [await journal.keep(report), await journal.keep(report)];
    await truncate(fileOf(half), 40);
    expect((await journal.kept()).map(({ id }) => id)).toEqual([whole]);
    expect(await files()).toHaveLength(2);
    const longAgo = new Date(Date.now() - 120_000);
    await utimes(fileOf(half), longAgo, longAgo);
    expect((await journal.kept()).map(({ id }) => id)).toEqual([whole]);
    expect((await files()).sort()).toEqual([`${whole}.json`, 'set-aside'].sort());
    expect((await setAside()).map(({ reason }) => reason)).toEqual([expect.stringMatching(/^truncated: /)]);
  });

  it.each([
    ['{}', 'invalid: /deliveryId'],
    [JSON.stringify({ ...report, attemptId: 'attempt 7' }), 'invalid: /attemptId'],
    [JSON.stringify({ ...report, results: [{ position: 0, outcome: 'accepted' }] }), 'invalid: /results/0/reply'],
    ['null', 'invalid: /'],
  ])('sets %s aside with the reason, and deletes nothing', async (content, reason) => {
    const whole = await journal.keep(report);
    await writeFile(fileOf('0'), content);
    expect((await journal.kept()).map(({ id }) => id)).toEqual([whole]);
    const [aside, ...others] = await setAside();
    expect(aside).toMatchObject({ content, reason: expect.stringContaining(reason) });
    expect(others).toEqual([]);
    expect((await journal.kept()).map(({ id }) => id)).toEqual([whole]);
  });

  it('sets a folder aside that stands where a report should', async () => {
    await mkdir(fileOf('folder'), { recursive: true });
    expect(await journal.kept()).toEqual([]);
    expect((await setAside()).map(({ reason }) => reason)).toEqual([expect.stringContaining('unreadable: EISDIR')]);
  });

  it('says whether it could keep a report now', async () => {
    await journal.check();
    expect(await files()).toEqual([]);
    // Nobody can write to this folder, not even root.
    await expect(journalIn('/proc/sys/kernel').check()).rejects.toThrow();
  });

  it('says at the start that it could keep nothing, and lets the dispatcher start', async () => {
    const said: string[] = [];
    const logger = { warn: (_fields: object, message: string) => void said.push(message) } as never;
    for (const RESULT_JOURNAL_DIR of [path.join(folder, 'journal'), '/proc/sys/kernel'])
      await new ResultJournal({ RESULT_JOURNAL_DIR } as DispatcherEnv, logger).onApplicationBootstrap();
    expect(said).toEqual(['the result journal cannot be written, so this dispatcher is not ready']);
  });
});
