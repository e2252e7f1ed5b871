// Webhooks end to end: from an outcome on the queue to a receiver that checks what it gets, on the real service.
import { randomBytes, randomUUID } from 'node:crypto';
import { type Page, type WebhookMessageView, type WebhookView, type WebhookWithSecret } from '@billing-mail/contracts';
import { createLogger, endTracing, startTracing } from '@billing-mail/platform';
import { eventually, startTraceReceiver } from '@billing-mail/testkit';
import { Webhook } from 'standardwebhooks';
import { cameBack, rejected, SAMPLES, settled } from '../../testing/sample-outcomes.js';
import { authorization, refusedAs, startSurroundings, type TestService, type TestSurroundings } from '../../testing/start-test-service.js';
import { startWebhookReceiver, type Received, type WebhookReceiver } from '../../testing/webhook-receiver.js';
import { NOTIFICATION_ENV, type NotificationEnv } from '../../notification.env.js';
import { resealWebhookKeys } from './reseal-webhook-keys.js';
import { WebhookOutboxStore } from './webhook-outbox.store.js';

let surroundings: TestSurroundings;
let service: TestService;
let receiver: WebhookReceiver;
let team: string;
let teams = 0;

beforeAll(async () => {
  surroundings = await startSurroundings();
  service = await surroundings.startService();
});
afterAll(() => surroundings.stop());
beforeEach(async () => {
  receiver = await startWebhookReceiver();
  team = `team-${(teams += 1)}`;
});
afterEach(() => receiver.stop());

type Answer<T> = { status: number; body: T };
async function ask<T>(method: string, path: string, body?: unknown, role: 'admin' | 'member' = 'admin'): Promise<Answer<T>> {
  const response = await fetch(`${service.url}/v1/teams/${team}/webhooks${path}`, {
    method,
    headers: { ...(await authorization({ sub: 'boss', teams: { [team]: role } })), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T };
}
const add = async (input: object = {}): Promise<WebhookWithSecret> => {
  const { status, body } = await ask<WebhookWithSecret>('POST', '', { url: `${receiver.url}/hook`, ...input });
  expect(status).toBe(201);
  return body;
};
const log = async (id: string): Promise<WebhookMessageView[]> => (await ask<Page<WebhookMessageView>>('GET', `/${id}/messages`)).body.items;
const shown = async (id: string): Promise<WebhookView | undefined> =>
  (await ask<Page<WebhookView>>('GET', '')).body.items.find((webhook) => webhook.id === id);
/** Waits for the first request that arrives after `before` others. */
const arrived = (before = 0): Promise<Received> => eventually(() => receiver.received[before]);
const settledAs = (id: string, status: WebhookMessageView['status']): Promise<WebhookMessageView> =>
  eventually(async () => (await log(id)).find((message) => message.status === status));
const triedTimes = (id: string, count: number): Promise<WebhookMessageView> =>
  eventually(async () => (await log(id)).find(({ tries }) => tries.length === count));
const letItBeDue = (id: string): Promise<unknown> =>
  service.database.query(`UPDATE notify.webhook_messages SET due_at = now() WHERE webhook_id = $1`, [id]);
const verified = ({ body, headers }: Received, secret: string): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);
const ofTeam = () => ({ teamId: team });

describe('what a webhook is told', () => {
  it("goes on with the delivery's trace, where that is traced", async () => {
    const [trace, settling] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const traces = await startTraceReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_TRACES_SAMPLER_ARG: 1 };
    await startTracing('notification-service', env, createLogger('test', 'silent'));
    try {
      await add();
      await surroundings.publishGroup([{ ...settled({}, ofTeam()), traceparent: `00-${trace}-${settling}-01` }]);
      const { headers } = await arrived();
      const step = await eventually(() => traces.spans.find(({ name }) => name === 'webhook'));
      expect(step).toMatchObject({ traceId: trace, parentSpanId: settling });
      expect(headers['traceparent']).toBe(`00-${trace}-${step.spanId}-01`);
    } finally {
      await endTracing();
      await traces.close();
    }
  });

  it('is signed as the standard has it, names our id and the publisher’s key, and comes once however often the outcome does', async () => {
    const { id, secret } = await add();
    const sent = settled({ key: 'inv-7', document: { id: 'd-7', type: 'invoice', number: '7' } }, ofTeam());
    await surroundings.publishGroup([sent, sent]);
    await (await surroundings.publishGroup([sent])).finished();
    const got = await arrived();
    expect(verified(got, secret)).toMatchObject({
      type: 'delivery.sent',
      timestamp: sent.occurredAt,
      data: { deliveryId: sent.delivery.id, teamId: team, key: 'inv-7', document: { id: 'd-7', number: '7' }, status: 'sent' },
    });
    expect(() => verified({ ...got, body: got.body.replace('inv-7', 'inv-8') }, secret)).toThrow();
    expect(got.headers).not.toHaveProperty('traceparent');
    expect(got.headers['webhook-id']).toBe(`msg_${sent.eventId.replaceAll('-', '')}`);
    expect(got.headers['content-type']).toBe('application/json');
    await settledAs(id, 'delivered');
    expect([(await log(id)).length, receiver.received.length]).toEqual([1, 1]);
  });

  it('is what it asks for of its own team, of every kind', async () => {
    const all = await add();
    const { id } = await add({ types: ['delivery.bounced', 'job.rejected'] });
    const outcomes = [
      settled({}, ofTeam()),
      SAMPLES.failed(ofTeam()),
      SAMPLES.partlySent(ofTeam()),
      SAMPLES.uncertain(ofTeam()),
      SAMPLES.cancelled(ofTeam()),
      cameBack('bounced', {}, ofTeam()),
      cameBack('complaint', {}, ofTeam()),
      cameBack('known_dead', {}, ofTeam()),
      rejected({}, ofTeam()),
      settled({}, { teamId: 'another-team' }),
    ];
    await (await surroundings.publishGroup(outcomes)).finished();
    const types = (messages: WebhookMessageView[]) => messages.map(({ type }) => type).sort();
    expect(types(await log(all.id))).toEqual([
      ...['delivery.bounced', 'delivery.cancelled', 'delivery.complained', 'delivery.failed', 'delivery.partly_sent', 'delivery.sent'],
      ...['delivery.uncertain', 'job.rejected'],
    ]);
    expect(types(await log(id))).toEqual(['delivery.bounced', 'job.rejected']);
    const bounce = await eventually(() => receiver.received.find(({ json }) => json.type === 'delivery.bounced'));
    expect(bounce.json.data).toMatchObject({
      key: 'inv-2026-0042',
      recipients: [{ address: 'gone@customer.example', class: 'no_such_address' }],
    });
  });

  it('carries the signatures of old and new keys while they change, and of the new alone once the old are revoked', async () => {
    const first = await add();
    const second = (await ask<WebhookWithSecret>('POST', `/${first.id}/rotate`, {})).body;
    expect(second.publicKey).not.toBe(first.publicKey);
    expect(second.rotationEnds).not.toBeNull();
    await ask('POST', `/${first.id}/test`);
    const both = await arrived();
    for (const { secret } of [first, second]) expect(verified(both, secret)).toMatchObject({ type: 'webhook.test' });
    const third = (await ask<WebhookWithSecret>('POST', `/${first.id}/rotate`, { revokeOld: true })).body;
    await ask('POST', `/${first.id}/test`);
    const one = await arrived(1);
    expect(verified(one, third.secret)).toMatchObject({ type: 'webhook.test' });
    for (const { secret } of [first, second]) expect(() => verified(one, secret)).toThrow();
  });
});

describe('a try that fails', () => {
  it('is repeated by the same id and the same bytes, later where the receiver asks for it, and stands in the log', async () => {
    receiver.answer = (response) => response.writeHead(503, { 'retry-after': '600' }).end('not \0 now');
    const { id, secret } = await add();
    await surroundings.publishGroup([settled({}, ofTeam())]);
    const { nextTryAt, tries } = await triedTimes(id, 1);
    expect(tries).toMatchObject([{ number: 1, status: 503, trouble: null, answer: 'not \uFFFD now' }]);
    expect(Date.parse(nextTryAt ?? '') - Date.parse(tries[0]?.at ?? '')).toBeGreaterThanOrEqual(600_000);
    expect((await shown(id))?.failingSince).not.toBeNull();
    receiver.answer = (response) => response.writeHead(200).end();
    await letItBeDue(id);
    await settledAs(id, 'delivered');
    const [one, two] = receiver.received;
    expect([two?.headers['webhook-id'], two?.body]).toEqual([one?.headers['webhook-id'], one?.body]);
    expect(verified(two as Received, secret)).toBeTruthy();
    expect((await shown(id))?.failingSince).toBeNull();
  });

  it('is one that is sent elsewhere: nobody follows', async () => {
    receiver.answer = (response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
    const { id } = await add();
    await surroundings.publishGroup([settled({}, ofTeam())]);
    expect((await triedTimes(id, 1)).tries[0]?.status).toBe(307);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('is one whose answer changes the protocol: nobody waits for more', async () => {
    receiver.answer = ({ socket }) => void socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n');
    const { id } = await add();
    await ask('POST', `/${id}/test`);
    expect((await triedTimes(id, 1)).tries).toMatchObject([{ status: null, trouble: 'broken' }]);
  });

  it('is one to a network that is not public, however the address came there', async () => {
    const inside = await ask<{ errors: { pointer: string }[] }>('POST', '', { url: 'https://10.0.0.7/hook' });
    expect([inside.status, inside.body.errors[0]?.pointer]).toEqual([422, '/url']);
    expect((await ask('POST', '', { url: 'http://93.184.215.14/hook' })).status).toBe(422);
    expect((await ask('POST', '', { url: 'https://user:password@93.184.215.14/hook' })).status).toBe(422);
    // The answer does not distinguish a name that leads into our network from one that does not exist.
    const told = async (url: string) => (await ask<{ errors: object[] }>('POST', '', { url })).body.errors;
    expect(await told('https://localhost/hook')).toEqual(await told('https://no-such-receiver.invalid/hook'));
    const { id } = await add();
    const moved = `http://169.254.169.254/latest`;
    await service.database.query('UPDATE notify.webhooks SET url = $2 WHERE id = $1', [id, moved]);
    const before = await refusedAs(service, 'moved_seal');
    await ask('POST', `/${id}/test`);
    // The keys are sealed for the address as well: whoever can write the row can't have anything signed for another address.
    await eventually(async () => {
      const [row] = await service.database.query<{ late: boolean }[]>(
        `SELECT due_at > now() AS late FROM notify.webhook_messages WHERE webhook_id = $1`,
        [id],
      );
      return row?.late;
    });
    expect(await refusedAs(service, 'moved_seal')).toBe(before + 1);
    expect(receiver.received).toHaveLength(0);
  });

  it('is over after the tenth, and all that failed in a period is sent again when somebody asks for it', async () => {
    receiver.answer = (response) => response.writeHead(500).end();
    const { id } = await add();
    await surroundings.publishGroup([settled({}, ofTeam())]);
    await triedTimes(id, 1);
    await service.database.query('UPDATE notify.webhook_messages SET failed = 9, due_at = now() WHERE webhook_id = $1', [id]);
    const failed = await settledAs(id, 'failed');
    receiver.answer = (response) => response.writeHead(200).end();
    const period = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
    expect(await ask('POST', `/${id}/replay`, period)).toMatchObject({ status: 202, body: { count: 1 } });
    await settledAs(id, 'delivered');
    // A delivered message is sent again only on request, alone or together with the others.
    expect((await ask<{ count: number }>('POST', `/${id}/replay`, period)).body.count).toBe(0);
    expect((await ask<{ count: number }>('POST', `/${id}/replay`, { ...period, delivered: true })).body.count).toBe(1);
    await triedTimes(id, 4);
    expect((await ask('POST', `/${id}/messages/${failed.id}/replay`)).status).toBe(202);
    const { webhookMessageId } = await triedTimes(id, 5);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([webhookMessageId]));
  });
});

describe('a webhook is switched off and its admin told', () => {
  const told = async (): Promise<string[]> => {
    const response = await fetch(`${service.url}/v1/notifications`, {
      headers: { ...(await authorization({ sub: 'boss', teams: { [team]: 'admin' } })), 'accept-language': 'en' },
    });
    const { items } = (await response.json()) as Page<{ title: string; teamId: string }>;
    return items.filter(({ teamId }) => teamId === team).map(({ title }) => title);
  };

  it('when it says that it is gone (410); what it misses can be had once it is on again', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    const { id } = await add();
    await surroundings.publishGroup([settled({}, ofTeam())]);
    await settledAs(id, 'missed');
    expect((await shown(id))?.off).toMatchObject({ reason: 'gone' });
    expect(await told()).toEqual([`Your webhook at “${new URL(receiver.url).host}” was switched off`]);
    await (await surroundings.publishGroup([settled({}, ofTeam())])).finished();
    expect((await log(id)).map(({ status }) => status)).toEqual(['missed', 'missed']);
    expect((await ask('POST', `/${id}/test`)).status).toBe(409);
    receiver.answer = (response) => response.writeHead(200).end();
    expect((await ask<WebhookView>('POST', `/${id}/switch-on`)).body.off).toBeNull();
    const period = { from: '2026-01-01T00:00:00Z', to: new Date(Date.now() + 3_600_000).toISOString() };
    expect((await ask<{ count: number }>('POST', `/${id}/replay`, period)).body.count).toBe(2);
    await eventually(async () => (await log(id)).every(({ status }) => status === 'delivered'));
  });

  it('when nothing has succeeded for five days, and not before', async () => {
    receiver.answer = (response) => response.writeHead(500).end();
    const { id } = await add();
    const failingFor = (time: string) =>
      service.database.query(`UPDATE notify.webhooks SET failing_since = now() - $2::interval WHERE id = $1`, [id, time]);
    await failingFor('4 days 23 hours');
    await ask('POST', `/${id}/test`);
    await triedTimes(id, 1);
    expect((await shown(id))?.off).toBeNull();
    await failingFor('5 days 1 minute');
    await letItBeDue(id);
    await settledAs(id, 'missed');
    expect((await shown(id))?.off).toMatchObject({ reason: 'failing' });
    expect(await told()).toHaveLength(1);
  });
});

describe('nobody holds up or doubles what others do', () => {
  it('a receiver that does not answer holds up no other, and its answer counts when it comes', async () => {
    const silent = await startWebhookReceiver();
    const held: (() => void)[] = [];
    silent.answer = (response) => void held.push(() => response.writeHead(204).end());
    const { id: silentId } = await add({ url: silent.url });
    await surroundings.publishGroup(Array.from({ length: 20 }, () => settled({}, ofTeam())));
    await eventually(() => silent.received.length > 0);
    const { id } = await add();
    await surroundings.publishGroup([settled({}, ofTeam())]);
    await settledAs(id, 'delivered');
    expect((await log(silentId)).flatMap(({ status }) => (status === 'delivered' ? [status] : []))).toEqual([]);
    silent.answer = (response) => response.writeHead(204).end();
    held.forEach((answer) => answer());
    await eventually(async () => (await log(silentId)).every(({ status }) => status === 'delivered'));
    expect(await log(silentId)).toHaveLength(21);
    await silent.stop();
  });

  it('a message of a process that died is sent by another when its lease ends, and settled by one of them', async () => {
    const { id } = await add();
    const outbox = service.app.get(WebhookOutboxStore);
    // A message that was claimed by a process that was killed before it sent anything.
    const claimId = randomUUID();
    await service.database.query(
      `INSERT INTO notify.webhook_messages (webhook_id, event_id, team_id, type, occurred_at, body, status, claim_id, leased_until)
       VALUES ($1, $2, $3, 'webhook.test', now(), '{"type":"webhook.test"}', 'waiting', $4, now() + interval '1 hour')`,
      [id, randomUUID(), team, claimId],
    );
    await ask('POST', `/${id}/test`);
    await settledAs(id, 'delivered');
    const [dead] = await service.database.query<{ id: string }[]>('SELECT id FROM notify.webhook_messages WHERE claim_id = $1', [claimId]);
    expect(receiver.received).toHaveLength(1);
    await service.database.query(`UPDATE notify.webhook_messages SET leased_until = now() WHERE claim_id = $1`, [claimId]);
    await eventually(async () => (await log(id)).every(({ status }) => status === 'delivered'));
    expect(receiver.received).toHaveLength(2);
    // What the dead process still reports changes nothing.
    const late = {
      id: dead?.id ?? '',
      claimId,
      webhookId: id,
      eventId: '',
      teamId: team,
      url: receiver.url,
      body: '',
      traceparent: null,
      failed: 0,
      sealedKeys: [],
    };
    for (const status of [500, 200])
      expect(await outbox.settle(late, { kind: 'answered', status, answer: '', askedMs: null }, 1)).toBeNull();
    expect((await log(id)).map(({ tries }) => tries.length)).toEqual([1, 1]);
  });

  it('an answer without an end is read no further than the log shows', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(1024)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    const { id } = await add();
    await ask('POST', `/${id}/test`);
    expect((await settledAs(id, 'delivered')).tries[0]?.answer).toBe('x'.repeat(1000));
  });
});

describe('webhooks of a team', () => {
  it('are set up by admins alone, five at most; the secret is shown once and kept sealed', async () => {
    const { id, secret, publicKey } = await add();
    expect((await ask('GET', '', undefined, 'member')).status).toBe(403);
    const { body } = await ask<Page<WebhookView>>('GET', '');
    expect(body.items).toMatchObject([{ id, url: `${receiver.url}/hook`, types: null, publicKey, failingSince: null, off: null }]);
    expect(JSON.stringify(body)).not.toContain(secret.slice('whsec_'.length));
    const rows = await service.database.query<object[]>('SELECT * FROM notify.webhook_keys');
    expect(JSON.stringify(rows)).not.toContain(secret.slice('whsec_'.length));
    for (let count = 1; count < 5; count += 1) await add();
    expect((await ask('POST', '', { url: `${receiver.url}/hook` })).status).toBe(409);
    expect((await ask('DELETE', `/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/${id}`)).status).toBe(404);
    expect((await ask('GET', `/${id}/messages`)).status).toBe(404);
  });

  it('keep keys that were sealed by the keys of other services, until they are sealed by its own', async () => {
    const { id } = await add();
    const earlier = service.app.get<NotificationEnv>(NOTIFICATION_ENV).NOTIFICATION_SECRET_KEYS;
    const own = { id: 'own1', key: randomBytes(32) };
    const ofWebhook = async () =>
      (await service.database.query<{ sealed: string }[]>('SELECT sealed FROM notify.webhook_keys WHERE webhook_id = $1', [id]))[0]?.sealed;
    const { left } = await resealWebhookKeys(service.database, [own, ...earlier]);
    expect(left).not.toContain(team);
    expect(await ofWebhook()).toMatch(/^v2\.own1\./);
    // Seals the keys with the earlier key again, for the service that runs.
    await resealWebhookKeys(service.database, [...earlier, own]);
    expect(await ofWebhook()).toMatch(/^v2\.k1\./);
  });

  it('are not those of another team', async () => {
    const { id } = await add();
    team = `${team}-other`;
    const period = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' };
    const asked = [ask('GET', `/${id}/messages`), ask('POST', `/${id}/rotate`, {}), ask('POST', `/${id}/test`), ask('DELETE', `/${id}`)];
    asked.push(
      ask('POST', `/${id}/switch-on`),
      ask('POST', `/${id}/replay`, period),
      ask('POST', `/${id}/messages/${randomUUID()}/replay`),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(7).fill(404));
  });
});
