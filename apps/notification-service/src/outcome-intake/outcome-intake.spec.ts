import { randomUUID } from 'node:crypto';
import { eventually } from '@billing-mail/testkit';
import { type NotificationView } from '@billing-mail/contracts';
import request from 'supertest';
import { INCIDENTS, rejected, SAMPLES, SERVER_DOWN, settled } from '../testing/sample-outcomes.js';
import { authorization, startSurroundings, type TestService, type TestSurroundings } from '../testing/start-test-service.js';

describe('outcomes on their way into the inbox', () => {
  let around: TestSurroundings;
  let one: TestService;
  let other: TestService;

  beforeAll(async () => {
    around = await startSurroundings();
    one = await around.startService();
    other = await around.startService();
  });
  afterAll(() => around.stop());

  const inboxOf = async (userId: string, teamId: string, service = one): Promise<NotificationView[]> => {
    const answer = await request(service.url)
      .get('/v1/notifications')
      .set(await authorization({ sub: userId, teams: { [teamId]: 'member' } }));
    return answer.body.items;
  };
  const publishAndFinish = async (...events: unknown[]): Promise<void> => {
    const jobs = await Promise.all(events.map((event) => around.publish(event)));
    await Promise.all(jobs.map((job) => job.finished()));
  };

  it('makes one notification and one e-mail of an event that comes ten times at once to two processes', async () => {
    const event = SAMPLES.partlySent({ teamId: 'ten-times', requestedBy: { userId: 'u1', email: 'u1@ten.example', locale: 'en' } });
    const jobs = await Promise.all(
      Array.from({ length: 10 }, (_, index) => around.queue.add('outcome', event, { jobId: `${event.eventId}-${index}` })),
    );
    await Promise.all(jobs.map((job) => job.finished()));
    const inbox = await inboxOf('u1', 'ten-times');
    expect(inbox.map(({ type, count }) => [type, count])).toEqual([['delivery_partly_sent', 1]]);
    expect(await inboxOf('u1', 'ten-times', other)).toEqual(inbox);
    await eventually(() => around.mail.mails.some(({ recipients }) => recipients.includes('u1@ten.example')));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(around.mail.mails.filter(({ recipients }) => recipients.includes('u1@ten.example'))).toHaveLength(1);
  });

  it('tells nobody of a clean sent', async () => {
    await publishAndFinish(settled({}, { teamId: 'clean', requestedBy: { userId: 'u1' } }));
    expect(await inboxOf('u1', 'clean')).toEqual([]);
  });

  it('tells who requested it and who is named by the team, each once', async () => {
    await publishAndFinish(SAMPLES.failed({ teamId: 'named', requestedBy: { userId: 'u1' }, notifyUserIds: ['u2', 'u1', 'u2'] }));
    expect(await inboxOf('u1', 'named')).toHaveLength(1);
    expect(await inboxOf('u2', 'named')).toHaveLength(1);
    expect(await inboxOf('u3', 'named')).toEqual([]);
  });

  it('tells who asked for it, and nobody else, of a job whose team can not be read', async () => {
    const asker = { userId: 'asker', email: 'asker@lost.example', locale: 'de' as const };
    await publishAndFinish(rejected({}, { teamId: '', requestedBy: asker }));
    expect((await inboxOf('asker', 'any')).map(({ type, teamId }) => [type, teamId])).toEqual([['job_rejected', '']]);
    expect(await inboxOf('stranger', 'any')).toEqual([]);
    await eventually(() => around.mail.mails.some(({ recipients }) => recipients.includes('asker@lost.example')));
  });

  it('tells the whole team when nobody is named', async () => {
    await publishAndFinish(rejected({}, { teamId: 'nobody', requestedBy: null }));
    expect((await inboxOf('anyone', 'nobody')).map(({ type }) => type)).toEqual(['job_rejected']);
    expect(await inboxOf('anyone', 'other-team')).toEqual([]);
  });

  it('counts the same trouble of one server on one notification, under 40 events at once', async () => {
    const events = Array.from({ length: 40 }, (_, index) => {
      const event = SAMPLES.failed({ teamId: 'burst', requestedBy: { userId: 'u1' }, notifyUserIds: ['u2'] });
      event.delivery.document = { id: `doc-${index}`, type: 'invoice' };
      return event;
    });
    await publishAndFinish(...events);
    for (const userId of ['u1', 'u2']) {
      const [notification, ...more] = await inboxOf(userId, 'burst');
      expect([notification?.count, more.length]).toEqual([40, 0]);
      expect(notification?.title).toContain('40');
      expect(events.map(({ delivery }) => delivery.document.id)).toContain(notification?.documentId);
    }
  });

  it.each([
    ['another server', { failure: { ...SERVER_DOWN, server: 'smtp.other.example:587' } }],
    ['another reason', { failure: { ...SERVER_DOWN, code: 'smtp_auth_rejected' as const } }],
    ['a fallback instead of a failure', { status: 'sent' as const, usedFallback: true }],
  ])('keeps %s apart', async (name, difference) => {
    const fields = { teamId: name.replaceAll(' ', '-'), requestedBy: { userId: 'u1' } };
    const event = SAMPLES.failed(fields);
    const different = SAMPLES.failed(fields);
    Object.assign(different.delivery, difference);
    await publishAndFinish(event, different);
    expect((await inboxOf('u1', fields.teamId)).map(({ count }) => count)).toEqual([1, 1]);
  });

  it('tells of a server that stays down on one notification, unread again each time, with what is known last', async () => {
    const fields = { teamId: 'down', notifyUserIds: ['u1'] };
    const readAll = async () =>
      request(one.url)
        .post('/v1/notifications/read-all')
        .set(await authorization({ sub: 'u1', teams: { down: 'member' } }));
    await publishAndFinish(INCIDENTS.serverDown(fields));
    await readAll();
    await publishAndFinish({ ...INCIDENTS.serverDown(fields), waiting: 77 });
    const [notification, ...more] = await inboxOf('u1', 'down');
    expect([notification?.type, notification?.readAt, notification?.deliveryId, more.length]).toEqual(['smtp_server_down', null, null, 0]);
    expect(notification?.body).toContain('77');
  });

  it('counts what fails by trouble that was told on that notification, and tells by itself whom it was not told', async () => {
    const fields = { teamId: 'one-trouble', notifyUserIds: ['u1'] };
    const failed = () => {
      const event = SAMPLES.failed({ ...fields, requestedBy: { userId: 'u2' } });
      return { ...event, delivery: { ...event.delivery, failure: SERVER_DOWN } };
    };
    const down = { ...INCIDENTS.serverDown(fields), failure: SERVER_DOWN, server: SERVER_DOWN.server ?? '' };
    const incidentId = randomUUID();
    await (await around.publishGroup([failed(), { ...down, incidentId }])).finished();
    await publishAndFinish(failed(), failed());
    const [incident, ...more] = await inboxOf('u1', fields.teamId);
    expect([incident?.type, incident?.count, incident?.incidentId, more]).toEqual(['smtp_server_down', 1, incidentId, []]);
    expect(incident?.body).toContain('3 documents could not be sent since');
    expect((await inboxOf('u2', fields.teamId)).map(({ type, count }) => [type, count])).toEqual([['delivery_failed', 3]]);
  });

  it('takes what concerns no team together with what does', async () => {
    const job = await around.publishGroup([
      INCIDENTS.certificateExpiring(),
      INCIDENTS.platformUnavailable({ teamId: 'mixed', requestedBy: null }),
      SAMPLES.sentAfterDoubt({ teamId: 'mixed', requestedBy: { userId: 'u1' } }),
    ]);
    await job.finished();
    expect((await inboxOf('u1', 'mixed')).map(({ type }) => type).sort()).toEqual(['delivery_uncertain', 'platform_unavailable']);
  });

  it('counts trouble with recipients and wrong documents as well, each kind by itself', async () => {
    const fields = { teamId: 'recipients', requestedBy: { userId: 'u1' } };
    await publishAndFinish(SAMPLES.partlySent(fields), SAMPLES.partlySent(fields), rejected({}, fields), rejected({}, fields));
    await publishAndFinish(rejected({ reason: 'key_conflict' }, fields));
    expect((await inboxOf('u1', 'recipients')).map(({ type, count }) => [type, count]).toSorted()).toEqual([
      ['delivery_partly_sent', 2],
      ['job_rejected', 1],
      ['job_rejected', 2],
    ]);
  });

  it('goes on with a group that nobody has read, however old, and with a read one for a day', async () => {
    const fields = { teamId: 'groups', requestedBy: { userId: 'u1' } };
    const age = (hours: number) =>
      one.database.query(`UPDATE notify.notifications SET created_at = now() - make_interval(hours => $1) WHERE team_id = 'groups'`, [
        hours,
      ]);
    const readAll = async () =>
      request(one.url)
        .post('/v1/notifications/read-all')
        .set(await authorization({ sub: 'u1', teams: { groups: 'member' } }));
    await publishAndFinish(SAMPLES.failed(fields));
    await age(1000);
    await publishAndFinish(SAMPLES.failed(fields));
    expect((await inboxOf('u1', 'groups')).map(({ count }) => count)).toEqual([2]);
    await age(23);
    await readAll();
    await publishAndFinish(SAMPLES.failed(fields));
    const [unreadAgain] = await inboxOf('u1', 'groups');
    expect([unreadAgain?.count, unreadAgain?.readAt]).toEqual([3, null]);
    await age(25);
    await readAll();
    await publishAndFinish(SAMPLES.failed(fields));
    expect((await inboxOf('u1', 'groups')).map(({ count, readAt }) => [count, readAt !== null])).toEqual([
      [1, false],
      [3, true],
    ]);
  });

  it('keeps what it can not read, once, and goes on', async () => {
    const unreadable = { version: 1, type: 'delivery_settled', eventId: 'no uuid', text: 'a\0b' };
    const first = await around.queue.add('outcome', unreadable, { jobId: 'unreadable-1' });
    const second = await around.queue.add('outcome', unreadable, { jobId: 'unreadable-2' });
    await Promise.all([first.finished(), second.finished()]);
    await publishAndFinish(SAMPLES.failed({ teamId: 'after-unreadable', requestedBy: { userId: 'u1' } }));
    expect(await inboxOf('u1', 'after-unreadable')).toHaveLength(1);
    const kept = await one.database.query<{ payload: string; errors: { pointer: string }[] }[]>('SELECT * FROM notify.rejected_outcomes');
    expect(kept).toHaveLength(1);
    expect(JSON.parse(kept[0]?.payload ?? '')).toEqual(unreadable);
    expect(kept[0]?.errors.map(({ pointer }) => pointer)).toContain('/eventId');
  });

  it('takes texts that PostgreSQL can not keep', async () => {
    const event = SAMPLES.failed({ teamId: 'nul', requestedBy: { userId: 'u1' } });
    event.delivery.failure = { ...SERVER_DOWN, reply: '554 \0 \ud800 no' };
    await publishAndFinish(event);
    expect(await inboxOf('u1', 'nul')).toHaveLength(1);
  });

  it('lets outcomes wait while PostgreSQL is away, and loses none', async () => {
    const events = Array.from({ length: 12 }, (_, index) =>
      SAMPLES.failedAt(`smtp-${index}.example`, { teamId: 'away', requestedBy: { userId: 'u1' } }),
    );
    await around.db.halt('immediate');
    const jobs = await Promise.all(events.map((event) => around.publish(event)));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const states = await Promise.all(jobs.map((job) => job.getState()));
    expect(states.every((state) => state === 'active' || state === 'waiting')).toBe(true);
    await around.db.start();
    await Promise.all(jobs.map((job) => job.finished()));
    expect(await inboxOf('u1', 'away')).toHaveLength(12);
  });

  it('leaves what waits for PostgreSQL to another process when it ends', async () => {
    const leaving = await around.startService();
    await Promise.all([one.close(), other.close()]);
    const event = SAMPLES.partlySent({ teamId: 'handed-over', requestedBy: { userId: 'u1' } });
    await around.db.halt('immediate');
    const job = await around.publish(event);
    await eventually(() => job.isActive());
    await leaving.close();
    expect(await job.isFailed()).toBe(false);
    await around.db.start();
    // Removes the lock of the process that left, which would run out half a minute later.
    await around.queue.client.del(job.lockKey());
    one = await around.startService();
    await eventually(() => job.isCompleted());
    expect(await inboxOf('u1', 'handed-over')).toHaveLength(1);
  });
});
