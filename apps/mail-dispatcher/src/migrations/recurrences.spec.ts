import { type OlderDatabase, startOlderDatabase } from '../testing/older-database.js';
import { Recurrences1798000000030 } from './1798000000030-recurrences.js';

describe('a database in which an occurrence of a series was taken twice', () => {
  let older: OlderDatabase;
  beforeAll(async () => {
    older = await startOlderDatabase(Recurrences1798000000030);
  });
  afterAll(() => older.stop());

  const add = (key: string, createdAt: string, changes: { recurrence?: object; resendOf?: string; teamId?: string } = {}) =>
    older.sql.rows(
      `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, lane, created_at, resend_of)
       VALUES (gen_random_uuid(), $1, $2, '', $3, '{}', '', '', $4, (SELECT id FROM dispatch.deliveries WHERE key = $5))`,
      [changes.teamId ?? 'acme', key, { id: '1', type: 'invoice', recurrence: changes.recurrence }, createdAt, changes.resendOf],
    );

  it('keeps them all, the first of them for the occurrence', async () => {
    const recurrence = { seriesId: 'sub-9', occurrence: '2026-11' };
    await add('second', '2026-11-02', { recurrence });
    await add('first', '2026-11-01', { recurrence });
    await add('again', '2026-10-01', { recurrence, resendOf: 'first' });
    await add('next', '2026-12-01', { recurrence: { ...recurrence, occurrence: '2026-12' } });
    await add('theirs', '2026-11-03', { recurrence, teamId: 'globex' });
    await add('single', '2026-11-01');
    await older.update('latest');
    const standing = await older.sql.rows<{ key: string }>('SELECT key FROM dispatch.deliveries WHERE series_id IS NOT NULL ORDER BY key');
    expect(standing.map(({ key }) => key)).toEqual(['first', 'next', 'theirs']);
    expect(await older.sql.rows('SELECT 1 FROM dispatch.deliveries')).toHaveLength(6);
  });
});
