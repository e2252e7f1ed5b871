import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, HANGS_AFTER_MS } from '@billing-mail/testkit';
import { notificationView } from '@billing-mail/contracts';
import request from 'supertest';
import { InboxChannel } from '../channels/inbox.channel.js';
import { INCIDENTS, rejected, SAMPLES } from '../testing/sample-outcomes.js';
import { openStream, type SseClient } from '../testing/sse-client.js';
import { authorization, startSurroundings, type TestService, type TestSurroundings } from '../testing/start-test-service.js';
import { AlertStore } from './alert.store.js';
import { decideAlert } from './alert-table.js';

describe('the live stream', () => {
  let around: TestSurroundings;
  let one: TestService;
  let other: TestService;
  const open: SseClient[] = [];

  beforeAll(async () => {
    around = await startSurroundings();
    one = await around.startService();
    other = await around.startService();
  });
  afterEach(() => open.splice(0).forEach((client) => client.close()));
  afterAll(() => around.stop());

  const member = (sub: string, team: string, expiresAt?: number) => authorization({ sub, teams: { [team]: 'member' } }, expiresAt);
  const listen = async (service: TestService, headers: Record<string, string>, lastEventId?: string): Promise<SseClient> => {
    const client = await openStream(service.url, { ...headers, ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }) });
    open.push(client);
    return client;
  };
  const ready = async (client: SseClient) => eventually(() => client.lastEventId !== '');

  it('words times in the time zone that the reader names', async () => {
    const client = await openStream(one.url, await member('u1', 'zones'), '?timeZone=Europe/Berlin');
    open.push(client);
    await ready(client);
    await around.publish(INCIDENTS.serverDown({ teamId: 'zones' }));
    expect((await eventually(() => client.heard[0])).view.body).toContain('08:00');
    const unknown = await openStream(one.url, await member('u1', 'zones'), '?timeZone=nowhere');
    expect(unknown.status).toBe(422);
  });

  it('brings a new notification to every process at once, to those concerned only', async () => {
    const clients = [await listen(one, await member('u1', 'live')), await listen(other, await member('u1', 'live'))];
    const strangers = [await listen(one, await member('u2', 'live')), await listen(one, await member('u1', 'dead'))];
    await Promise.all([...clients, ...strangers].map(ready));
    const event = SAMPLES.failed({ teamId: 'live', requestedBy: { userId: 'u1' } });
    const publishedAt = Date.now();
    await around.publish(event);
    for (const client of clients) {
      await eventually(() => client.heard.length === 1);
      expect(notificationView.strict().parse(client.heard[0]?.view).deliveryId).toBe(event.delivery.id);
    }
    expect(Date.now() - publishedAt).toBeLessThan(20_000);
    await sleep(700);
    expect(strangers.map(({ heard }) => heard)).toEqual([[], []]);
  });

  it('speaks the language that each reader asks for', async () => {
    const headers = await member('u1', 'tongues');
    const clients = await Promise.all(['de', 'en'].map((language) => listen(one, { ...headers, 'Accept-Language': language })));
    await Promise.all(clients.map(ready));
    await around.publish(SAMPLES.failed({ teamId: 'tongues', requestedBy: { userId: 'u1' } }));
    await Promise.all(clients.map((client) => eventually(() => client.heard.length === 1)));
    expect(clients.map(({ heard }) => heard[0]?.view.title)).toEqual([
      'Rechnung „2026-0042“ konnte nicht verschickt werden',
      'Invoice “2026-0042” could not be sent',
    ]);
  });

  it('tells everybody in the team of what nobody else is told', async () => {
    const clients = [await listen(one, await member('u1', 'all')), await listen(other, await member('u2', 'all'))];
    await Promise.all(clients.map(ready));
    await around.publish(rejected({}, { teamId: 'all', requestedBy: null }));
    await Promise.all(clients.map((client) => eventually(() => client.heard.length === 1)));
  });

  it('tells again, under a higher id, when a notification is counted up', async () => {
    const client = await listen(one, await member('u1', 'count'));
    await ready(client);
    for (const count of [1, 2, 3]) {
      await around.publish(SAMPLES.failed({ teamId: 'count', requestedBy: { userId: 'u1' } }));
      await eventually(() => client.heard.length === count);
    }
    expect(client.heard.map(({ view }) => view.count)).toEqual([1, 2, 3]);
    expect(new Set(client.heard.map(({ view }) => view.id)).size).toBe(1);
    expect(client.heard.map(({ id }) => id)).toEqual(client.heard.map(({ id }) => id).toSorted((a, b) => a - b));
  });

  it('misses and repeats nothing for a client that comes and goes while both processes write', async () => {
    const headers = await member('u1', 'resume');
    const total = 150;
    const first = await listen(one, headers);
    await ready(first);
    const writing = Promise.all(
      Array.from({ length: total }, async (_, index) => {
        await sleep(Math.random() * 3000);
        const event = SAMPLES.failedAt(`smtp-${index}.example`, { teamId: 'resume', requestedBy: { userId: 'u1' } });
        event.delivery.document = { id: `doc-${index}`, type: 'invoice' };
        await around.publish(event);
      }),
    );
    const heard: { id: number; documentId: string | null }[] = [];
    let client = first;
    let visits = 0;
    const isDone = () => heard.length + client.heard.length >= total;
    for (const end = Date.now() + HANGS_AFTER_MS; !isDone() && Date.now() < end; visits += 1) {
      await sleep(Math.random() * 200);
      client.close();
      await client.ended;
      heard.push(...client.heard.map(({ id, view }) => ({ id, documentId: view.documentId })));
      client = await listen(visits % 2 ? one : other, headers, client.lastEventId);
      await eventually(() => isDone() || client.heard.length > 0, Boolean, 1000).catch(() => undefined);
    }
    heard.push(...client.heard.map(({ id, view }) => ({ id, documentId: view.documentId })));
    await writing;
    await sleep(1000);
    expect(visits).toBeGreaterThan(5);
    expect(heard.map(({ documentId }) => documentId).toSorted()).toEqual(
      Array.from({ length: total }, (_, index) => `doc-${index}`).toSorted(),
    );
    expect(heard.map(({ id }) => id)).toEqual(heard.map(({ id }) => id).toSorted((a, b) => a - b));
  });

  it('gives places in the order in which they become visible, however long a transaction takes', async () => {
    const alert = decideAlert(SAMPLES.partlySent({ teamId: 'order', requestedBy: { userId: 'u1' } }));
    if (alert === null) throw new Error('Nothing to tell.');
    const [alerts, inbox] = [one.app.get(AlertStore), one.app.get(InboxChannel)];
    let written = 0;
    const write = (service: TestService, delayMs: number) =>
      service.database.transaction(async (tx) => {
        await inbox.accept(tx, { events: [], raised: await alerts.raise(tx, [{ ...alert, groupKey: `order-${(written += 1)}` }]) });
        await sleep(delayMs);
      });
    let isWriting = true;
    const seen: number[] = [];
    const reading = (async () => {
      let last = 0;
      for (let isLastLook = false; !isLastLook;) {
        isLastLook = !isWriting;
        const rows = await other.database.query<{ position: string }[]>(
          `SELECT position FROM notify.notifications WHERE team_id = 'order' AND position > $1 ORDER BY position`,
          [last],
        );
        seen.push(...rows.map(({ position }) => Number(position)));
        last = seen.at(-1) ?? last;
        await sleep(1);
      }
    })();
    // Only a few at a time by each service, because places are given one after the other: a transaction that waits in a queue for a
    // connection of the pool could give up on a slow machine.
    const writeSome = async (service: TestService): Promise<void> => {
      for (let count = 0; count < 15; count += 1) {
        await sleep(Math.random() * 10);
        await write(service, Math.random() * 40);
      }
    };
    await Promise.all([one, one, other, other].map(writeSome));
    isWriting = false;
    await reading;
    expect(seen).toHaveLength(60);
  });

  it('resumes from before the first event, and takes a place of another database for the end', async () => {
    const headers = await member('u1', 'early');
    const client = await listen(one, headers);
    await ready(client);
    client.close();
    await client.ended;
    await (await around.publish(SAMPLES.failed({ teamId: 'early', requestedBy: { userId: 'u1' } }))).finished();
    const back = await listen(one, headers, client.lastEventId);
    await eventually(() => back.heard.length === 1);
    const lost = await listen(one, headers, '999999999999');
    await eventually(() => lost.lastEventId !== '999999999999');
    expect(Number(lost.lastEventId)).toBeLessThan(1_000_000);
    await (await around.publish(SAMPLES.partlySent({ teamId: 'early', requestedBy: { userId: 'u1' } }))).finished();
    await eventually(() => lost.heard.length === 1);
  });

  it.each(['-1', 'abc', '1.5', '1'.repeat(16), '1; DROP TABLE x'])('refuses the Last-Event-ID %s', async (lastEventId) => {
    const answer = await request(one.url)
      .get('/v1/notifications/stream')
      .set({ ...(await member('u1', 'acme')), 'Last-Event-ID': lastEventId });
    expect([answer.status, JSON.parse(answer.text).errors[0].pointer]).toEqual([422, '/Last-Event-ID']);
  });

  it('ends when the token does', async () => {
    const client = await listen(one, await member('u1', 'expiry', Math.floor(Date.now() / 1000) + 2));
    expect(client.status).toBe(200);
    const openedAt = Date.now();
    await client.ended;
    expect(Date.now() - openedAt).toBeLessThan(20_000);
  });

  it('is silent for a user who switched the inbox off', async () => {
    const headers = await member('quiet', 'quiet');
    await request(one.url)
      .put('/v1/preferences')
      .set(headers)
      .send({ channels: { email: true, inbox: false } });
    const client = await listen(one, headers);
    await ready(client);
    await (await around.publish(SAMPLES.failed({ teamId: 'quiet', requestedBy: { userId: 'quiet' } }))).finished();
    await sleep(1000);
    expect(client.heard).toEqual([]);
  });

  it('refuses the 21st stream of a user, on whichever process, until one is closed', async () => {
    const headers = await member('many', 'many');
    const clients = await Promise.all(Array.from({ length: 20 }, (_, index) => listen(index < 12 ? one : other, headers)));
    expect(clients.map(({ status }) => status)).toEqual(clients.map(() => 200));
    expect((await listen(one, headers)).status).toBe(429);
    expect((await listen(other, headers)).status).toBe(429);
    clients[0]?.close();
    await eventually(async () => (await listen(one, headers)).status === 200);
  });

  it('leaves PostgreSQL to others, however many streams read at once', async () => {
    const holder = other.database.createQueryRunner();
    await holder.startTransaction();
    // Streams read this table; requests for a user's preferences do not.
    await holder.query('LOCK TABLE notify.notification_reads IN ACCESS EXCLUSIVE MODE');
    try {
      const streams = Array.from({ length: 15 }, async (_, index) => listen(one, await member(`many-${index % 3}`, 'many'), '0'));
      // Each stream has sent its query once it is open; the pool has ten connections.
      await Promise.all(streams);
      await request(one.url)
        .get('/v1/preferences')
        .set(await member('somebody', 'else'))
        .expect(200);
    } finally {
      await holder.rollbackTransaction();
      await holder.release();
    }
  });

  it('misses nothing over a restart of PostgreSQL, which it outlives unless it was just reading', async () => {
    const headers = await member('u1', 'outage');
    const client = await listen(one, headers);
    let hasEnded = false;
    void client.ended.then(() => (hasEnded = true));
    await ready(client);
    await around.db.halt('immediate');
    await around.publish(SAMPLES.failed({ teamId: 'outage', requestedBy: { userId: 'u1' } }));
    await sleep(1000);
    await around.db.start();
    await eventually(() => client.heard.length === 1 || hasEnded);
    // As a browser does it.
    const again = hasEnded ? await listen(one, headers, client.lastEventId) : client;
    await eventually(() => client.heard.length === 1 || again.heard.length === 1);
  });

  it('ends when the service does, which does not wait for it', async () => {
    const service = await around.startService();
    const client = await listen(service, await member('u1', 'closing'));
    await ready(client);
    const closedAt = Date.now();
    await service.close();
    await client.ended;
    expect(Date.now() - closedAt).toBeLessThan(60_000);
  });
});
