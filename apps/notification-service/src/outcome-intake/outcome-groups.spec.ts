// A group of outcomes has the same result as its events one by one, at the cost of a single event.
import { type NotificationView, type OutcomeEvent } from '@billing-mail/contracts';
import request from 'supertest';
import { rejected, SAMPLES, settled } from '../testing/sample-outcomes.js';
import { authorization, startSurroundings, type TestService, type TestSurroundings } from '../testing/start-test-service.js';

describe('a group of outcomes', () => {
  let around: TestSurroundings;
  let one: TestService;
  let other: TestService;
  beforeAll(async () => {
    around = await startSurroundings();
    one = await around.startService();
    other = await around.startService();
  });
  afterAll(() => around.stop());

  const inboxOf = async (userId: string, teamId: string): Promise<NotificationView[]> => {
    const headers = await authorization({ sub: userId, teams: { [teamId]: 'member' } });
    return (await request(other.url).get('/v1/notifications').set(headers)).body.items;
  };
  const publish = async (...groups: (readonly unknown[])[]): Promise<void> => {
    const jobs = await Promise.all(groups.map((events) => around.publishGroup(events)));
    await Promise.all(jobs.map((job) => job.finished()));
  };
  const keptOf = (teamId: string) =>
    one.database.query<{ payload: string; errors: { pointer: string; message: string }[] }[]>(
      `SELECT payload, errors FROM notify.rejected_outcomes WHERE payload LIKE '%"' || $1 || '"%'`,
      [teamId],
    );
  const processed = (events: readonly OutcomeEvent[]) =>
    one.database.query<unknown[]>('SELECT FROM notify.processed_events WHERE event_id = ANY ($1::uuid[])', [
      events.map(({ eventId }) => eventId),
    ]);
  const forU1 = (teamId: string) => ({ teamId, requestedBy: { userId: 'u1' } });

  it('tells of each what its event alone would tell, the newest first', async () => {
    const fields = forU1('mixed');
    await publish([
      SAMPLES.failed(fields),
      settled({}, fields),
      SAMPLES.partlySent(fields),
      rejected({}, fields),
      SAMPLES.failed({ ...fields, notifyUserIds: ['u2'] }),
      rejected({}, { teamId: 'mixed', requestedBy: null }),
    ]);
    expect((await inboxOf('u1', 'mixed')).map(({ type, count }) => [type, count])).toEqual([
      ['job_rejected', 1],
      ['delivery_failed', 2],
      ['job_rejected', 1],
      ['delivery_partly_sent', 1],
    ]);
    expect((await inboxOf('u2', 'mixed')).map(({ type, count }) => [type, count])).toEqual([
      ['job_rejected', 1],
      ['delivery_failed', 1],
    ]);
  });

  it('counts on what earlier groups have told, under many at once that overlap', async () => {
    const events = Array.from({ length: 200 }, () => SAMPLES.failed({ ...forU1('overlap'), notifyUserIds: ['u2'] }));
    const groups = Array.from({ length: 16 }, (_, index) => {
      const group = events.slice((index % 4) * 50, (index % 4) * 50 + 80);
      return index % 2 === 0 ? group : group.toReversed();
    });
    await publish(...groups);
    for (const userId of ['u1', 'u2']) {
      expect((await inboxOf(userId, 'overlap')).map(({ type, count }) => [type, count])).toEqual([['delivery_failed', 200]]);
    }
  });

  it('tells an event once that is in it twice, however its id is written', async () => {
    const event = SAMPLES.partlySent(forU1('twice'));
    await publish([event, { ...event, eventId: event.eventId.toUpperCase() }, event]);
    expect(await inboxOf('u1', 'twice')).toHaveLength(1);
  });

  it('keeps nothing of a clean sent, however often it comes, but a contact that it teaches', async () => {
    const clean = Array.from({ length: 5 }, () =>
      settled({}, { teamId: 'clean', requestedBy: { userId: 'u1', email: 'u1@clean.example', locale: 'de' } }),
    );
    await publish(clean);
    await publish(clean);
    await around.publish(clean[0]).then((job) => job.finished());
    expect([await inboxOf('u1', 'clean'), await processed(clean), await keptOf('clean')]).toEqual([[], [], []]);
    const contacts = await one.database.query('SELECT user_id, email, locale FROM notify.contacts WHERE team_id = $1', ['clean']);
    expect(contacts).toEqual([{ user_id: 'u1', email: 'u1@clean.example', locale: 'de' }]);
  });

  it('teaches of a user what its last event says, in whatever order they are in it', async () => {
    const told = (minute: number, requestedBy: object) =>
      settled({}, { teamId: 'taught', occurredAt: `2026-11-01T12:0${minute}:00Z`, requestedBy: { userId: 'u1', ...requestedBy } });
    await publish([told(3, { locale: 'en' }), told(2, { email: 'second@taught.example', locale: 'de' }), told(4, {})]);
    await publish([told(1, { email: 'first@taught.example', locale: 'de' })]);
    const contacts = await one.database.query('SELECT email, locale FROM notify.contacts WHERE team_id = $1', ['taught']);
    expect(contacts).toEqual([{ email: 'second@taught.example', locale: 'en' }]);
  });

  it('is told but for what can not be read in it, which is kept', async () => {
    const unreadable = { ...SAMPLES.failed(forU1('unreadable')), eventId: 'no uuid' };
    await publish([SAMPLES.partlySent(forU1('unreadable')), unreadable, SAMPLES.partlySent(forU1('unreadable'))]);
    expect((await inboxOf('u1', 'unreadable')).map(({ count }) => count)).toEqual([2]);
    const kept = await keptOf('unreadable');
    expect(kept.map(({ errors }) => errors.map(({ pointer }) => pointer))).toEqual([['/eventId']]);
    expect(JSON.parse(kept[0]?.payload ?? '')).toEqual(unreadable);
  });

  it('is told but for what PostgreSQL does not take, which is kept', async () => {
    // ISO 8601 has a year 0, and PostgreSQL has not. The event has its own user: a later event about the same user would replace its time.
    const poisoned = SAMPLES.partlySent({
      teamId: 'poisoned',
      occurredAt: '0000-01-01T00:00:00Z',
      requestedBy: { userId: 'u2', email: 'u2@poisoned.example' },
    });
    const good = Array.from({ length: 20 }, () => SAMPLES.partlySent(forU1('poisoned')));
    await publish([...good.slice(0, 10), poisoned, ...good.slice(10)]);
    expect((await inboxOf('u1', 'poisoned')).map(({ count }) => count)).toEqual([20]);
    expect([await processed(good), await processed([poisoned])].map(({ length }) => length)).toEqual([20, 0]);
    const kept = await keptOf('poisoned');
    expect(kept.map(({ payload }) => JSON.parse(payload))).toEqual([poisoned]);
    expect(kept[0]?.errors).toEqual([{ pointer: '', message: expect.stringContaining('out of range') }]);
  });

  it('waits with what a mistake of ours keeps from being told, and holds up nothing else', async () => {
    const untold = SAMPLES.failed(forU1('mistake'));
    const told = SAMPLES.partlySent(forU1('mistake'));
    await one.database.query(`CREATE FUNCTION notify.fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM no_such_function(); END'`);
    await one.database.query(
      `CREATE TRIGGER mistake BEFORE INSERT ON notify.notifications FOR EACH ROW WHEN (NEW.type = 'delivery_failed') EXECUTE FUNCTION notify.fail()`,
    );
    const job = await around.publishGroup([untold, told]);
    await expect(job.finished()).rejects.toThrow('no_such_function');
    expect((await inboxOf('u1', 'mistake')).map(({ type }) => type)).toEqual(['delivery_partly_sent']);
    await one.database.query('DROP FUNCTION notify.fail CASCADE');
    await job.retry();
    await job.finished();
    expect((await inboxOf('u1', 'mistake')).map(({ type, count }) => [type, count])).toEqual([
      ['delivery_failed', 1],
      ['delivery_partly_sent', 1],
    ]);
    expect(await keptOf('mistake')).toEqual([]);
  });

  it('that nobody can read is kept as it came', async () => {
    await publish([]);
    const kept = await one.database.query<{ payload: string }[]>(
      `SELECT payload FROM notify.rejected_outcomes WHERE payload LIKE '%"events":[]%'`,
    );
    expect(kept.map(({ payload }) => JSON.parse(payload))).toEqual([{ version: 2, events: [] }]);
  });
});
