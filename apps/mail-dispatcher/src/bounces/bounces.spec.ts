import { randomBytes } from 'node:crypto';
import { eventually } from '@billing-mail/testkit';
import { type DeliveryView, type DispatchJobInput, type OutcomeEvent } from '@billing-mail/contracts';
import { returnPathFor } from '@billing-mail/mail-core';
import { type Harness, invoice, ownServer, startHarness, teamSettings } from '../testing/dispatcher-harness.js';
import { BounceListener } from './bounce-listener.js';
import { BouncedAddressesStore } from './bounced-addresses.store.js';
import { complaintTo, reportTo, type ReportedFate } from './testing/sample-reports.js';
import { bring } from './testing/smtp-sender.js';

const KEY = randomBytes(32);
const DOMAIN = 'bounce.platform.example';
const [ANNA, BERT, CARL] = ['anna@customer.example', 'bert@customer.example', 'carl@other.example'];

describe('what comes back', () => {
  let harness: Harness;
  let port: number;

  beforeAll(async () => {
    harness = await startHarness({
      env: { BOUNCE_DOMAIN: DOMAIN, BOUNCE_SECRET: `k1:${KEY.toString('base64')}`, BOUNCE_SMTP_PORT: '0' },
    });
    port = harness.apps[0]?.get(BounceListener).port ?? 0;
  });
  afterAll(() => harness.stop());
  beforeEach(async () => {
    // Waits until all events of the previous test are published.
    await eventually(
      () => harness.sql.rows('SELECT FROM dispatch.outbox'),
      (left) => left.length === 0,
    );
    await harness.reset();
    await harness.sql.rows('TRUNCATE dispatch.bounced_addresses');
    await harness.saveSettings(teamSettings('acme', { notifyUserIds: ['u3'] }));
  });

  const to = (...addresses: string[]): Pick<DispatchJobInput, 'to'> => ({
    to: addresses.map((address) => ({ address })),
  });
  const messageIds = new Map<string, string>();
  async function sent(job: Partial<DispatchJobInput>): Promise<{ delivery: DeliveryView; path: string }> {
    const published = invoice(job);
    await harness.publish(published);
    const delivery = await harness.until('acme', published.key);
    const marker = `X-Billing-Delivery: ${delivery.id}`;
    const message = harness.platform.messages.find(({ raw }) => raw?.includes(marker));
    const path = message?.from ?? '';
    messageIds.set(path, delivery.messageId?.slice(1, -1) ?? '');
    return { delivery, path };
  }
  const report = async (path: string, ...fates: ReportedFate[]): Promise<number | undefined> =>
    (await bring(port, [path], reportTo(path, fates, messageIds.get(path)))).at(-1)?.code;
  const statusesOf = ({ recipients }: DeliveryView) => recipients.map(({ status }) => status);
  const again = async ({ key }: DeliveryView) => (await harness.delivery('acme', key)) as DeliveryView;
  const bouncedEvents = () =>
    harness.outcomes.filter((event): event is Extract<OutcomeEvent, { type: 'delivery_bounced' }> => event.type === 'delivery_bounced');
  const get = (path: string) => harness.http().get(`/v1/teams/acme/${path}`).set('Authorization', `Bearer ${harness.serviceToken}`);

  it('bounces the recipient whom the report names, tells it once, and offers to send again to him alone', async () => {
    const { delivery, path } = await sent(to(ANNA, BERT, CARL));
    expect(path).toMatch(new RegExp(`^b\\+[a-z2-7]+@${DOMAIN}$`));
    expect(await report(path, { address: 'Bert@Customer.Example' })).toBe(250);
    const after = await again(delivery);
    expect(after).toMatchObject({ status: 'partly_sent', settledAt: delivery.settledAt, failure: { code: 'bounced' } });
    expect(statusesOf(after)).toEqual(['accepted', 'bounced', 'accepted']);
    expect(after.recipients[1]).toMatchObject({
      reply: '550 5.1.1 no such user',
      explanation: expect.stringMatching(/^This e-mail address does not exist\./),
      isAddressWrong: true,
    });
    expect(after.reports).toMatchObject([
      { kind: 'bounced', recipient: BERT, class: 'no_such_address', status: '5.1.1', reporter: 'mx.test', explanation: expect.any(String) },
    ]);

    const [event] = await eventually(bouncedEvents, (events) => events.length > 0);
    expect(event).toMatchObject({
      what: 'bounced',
      notifyUserIds: ['u3'],
      delivery: {
        id: delivery.id,
        status: 'partly_sent',
        counts: { recipients: 3, accepted: 2 },
        recipients: [{ address: BERT, class: 'no_such_address' }],
      },
    });
    expect(await report(path, { address: BERT })).toBe(250);
    expect(await again(delivery)).toEqual(after);
    const metrics = (await harness.http().get('/metrics').expect(200)).text.split('\n');
    expect(metrics).toContain('billing_mail_bounces_total{kind="bounced",class="no_such_address"} 1');

    const found = (await get('deliveries?status=bounced')).body as { items: { id: string }[] };
    expect(found.items.map(({ id }) => id)).toContain(delivery.id);
    const resent = await harness
      .http()
      .post(`/v1/teams/acme/deliveries/${delivery.id}/resend`)
      .set('Authorization', `Bearer ${harness.serviceToken}`)
      .send({});
    expect((resent.body as DeliveryView).recipients.map(({ address }) => address)).toEqual([BERT]);
    await harness.until('acme', (resent.body as DeliveryView).key);
    // What was to do is done.
    expect((await again(delivery)).recipients[1]?.explanation).toBe('This e-mail address does not exist.');
    expect(bouncedEvents().filter(({ what }) => what === 'bounced')).toHaveLength(1);
  });

  it('settles a delivery as failed when it came back from all, each with its own reason', async () => {
    const { delivery, path } = await sent(to(ANNA, CARL));
    await report(
      path,
      { address: ANNA, status: '5.2.2', diagnostic: '552 5.2.2 full' },
      { address: 'x@elsewhere.example', original: CARL, status: '5.4.7', diagnostic: '550 5.4.7 delivery time expired' },
    );
    const after = await again(delivery);
    expect(after.status).toBe('failed');
    expect(after.reports.map(({ recipient, class: of }) => [recipient, of])).toEqual([
      [ANNA, 'mailbox_full'],
      [CARL, 'expired'],
    ]);
  });

  it('notes a delay and a late arrival in the timeline, and tells nobody', async () => {
    const { delivery, path } = await sent(to(ANNA, BERT));
    await report(path, { address: ANNA, action: 'delayed', status: '4.4.1' });
    await report(path, { address: ANNA, action: 'delivered', status: '2.0.0' });
    const after = await again(delivery);
    expect(after).toMatchObject({ status: 'sent', reports: [{ kind: 'delayed', explanation: null }, { kind: 'delivered' }] });
    expect(bouncedEvents()).toEqual([]);
  });

  it('tells of a complaint once, and takes nothing back that was delivered', async () => {
    const { delivery, path } = await sent(to(ANNA, BERT));
    const complain = async (about: string | null) =>
      (await bring(port, [path], complaintTo(path, about, messageIds.get(path) ?? ''))).at(-1)?.code;
    expect([await complain(BERT), await complain(BERT), await complain(null)]).toEqual([250, 250, 250]);
    const after = await again(delivery);
    expect(after).toMatchObject({
      status: 'sent',
      reports: [
        { kind: 'complaint', recipient: BERT },
        { kind: 'complaint', recipient: null },
      ],
    });
    const told = await eventually(bouncedEvents, (events) => events.length > 1);
    expect(told.map(({ what, delivery: { recipients } }) => [what, recipients.map(({ address }) => address)])).toEqual([
      ['complaint', [BERT]],
      ['complaint', []],
    ]);
    // A recipient who complains has got the mail, so the address is not dead.
    expect((await get('bounced-addresses')).body).toMatchObject({ items: [] });
  });

  it('warns of the delivery as a whole where the report names nobody that it went to', async () => {
    const { delivery, path } = await sent(to(ANNA, BERT));
    await report(path, { address: 'somebody@elsewhere.example' });
    const after = await again(delivery);
    expect(statusesOf(after)).toEqual(['accepted', 'accepted']);
    const [event] = await eventually(bouncedEvents, (events) => events.length > 0);
    expect(event?.delivery).toMatchObject({ status: 'sent', recipients: [], class: 'no_such_address', reply: '550 5.1.1 no such user' });
  });

  it('warns again for each address that it does not know, once for each, and of no more than a hundred', async () => {
    const { delivery, path } = await sent(to(ANNA, BERT));
    const unknown = (...names: string[]) => report(path, ...names.map((name) => ({ address: `${name}@elsewhere.example` })));
    expect(await unknown('first')).toBe(250);
    expect(await unknown('second')).toBe(250);
    expect(await unknown('First')).toBe(250);
    await eventually(bouncedEvents, (events) => events.length > 1);
    expect((await again(delivery)).reports).toHaveLength(2);
    expect(await unknown(...Array.from({ length: 98 }, (_, index) => `n${index}`))).toBe(250);
    expect(await unknown('one-too-many')).toBe(250);
    expect(await report(path, { address: BERT })).toBe(250);
    const { reports, recipients } = await again(delivery);
    expect([reports.length, recipients.map(({ status }) => status)]).toEqual([101, ['accepted', 'bounced']]);
  });

  it('knows a message by the name that a server gave it, also once that recipient has bounced', async () => {
    const alias = 'AM0PR02MB1@AM0PR02MB1.eurprd02.prod.outlook.com';
    harness.platform.script = { final: `250 2.6.0 <${alias}> [InternalId=1, Hostname=a.example] Queued mail for delivery` };
    const { delivery, path } = await sent(to(ANNA));
    messageIds.set(path, alias);
    // As after forwarding: neither the address nor the returned header belongs to this delivery, except for its Message-ID.
    const forwarded = { address: 'forwarded@elsewhere.example' };
    expect(await report(path, { ...forwarded, action: 'delayed', status: '4.4.1', diagnostic: 'Connection timed out' })).toBe(250);
    expect(await report(path, forwarded)).toBe(250);
    expect(await report(path, { ...forwarded, status: '5.2.2', diagnostic: '552 5.2.2 mailbox full' })).toBe(250);
    expect((await again(delivery)).reports.map(({ kind, recipient, class: of }) => [kind, recipient, of])).toEqual([
      ['delayed', ANNA, 'unreachable'],
      ['bounced', ANNA, 'no_such_address'],
      ['bounced', ANNA, 'mailbox_full'],
    ]);
  });

  it('takes the only recipient for the one that is meant', async () => {
    const { delivery, path } = await sent(to(ANNA));
    await report(path, { address: 'forwarded@elsewhere.example' });
    expect((await again(delivery)).status).toBe('failed');
  });

  it('keeps what comes back before the yes is recorded until it is, whatever comes in after it', async () => {
    // The relay is so fast that its report arrives before its reply.
    let answer: () => void = () => undefined;
    harness.platform.script = { final: { wait: new Promise<void>((resolve) => (answer = resolve)), then: '250 ok' } };
    const published = invoice(to(ANNA, BERT));
    await harness.publish(published);
    const message = await eventually(
      () => harness.platform.messages.find(({ endOfDataSeen }) => endOfDataSeen),
      (found) => found !== undefined,
    );
    expect(await report(message?.from ?? '', { address: ANNA })).toBe(250);
    expect(statusesOf((await harness.delivery('acme', published.key)) as DeliveryView)).toEqual(['pending', 'pending']);
    answer();
    // A second report arrives as soon as the acceptance is recorded. Neither report is lost.
    await harness.until('acme', published.key);
    expect(await report(message?.from ?? '', { address: BERT })).toBe(250);
    const after = await harness.until('acme', published.key, ({ status }) => status === 'failed');
    expect(statusesOf(after)).toEqual(['bounced', 'bounced']);
  });

  it('takes nothing for an address that it did not make, that is of another key, or too old', async () => {
    const { delivery, path } = await sent(to(ANNA));
    const made = (key: Buffer, now: Date) => `${returnPathFor({ deliveryId: delivery.id, position: null }, [{ key }], now)}@${DOMAIN}`;
    const old = new Date(Date.now() - 32 * 24 * 60 * 60 * 1000);
    const bad = [
      `postmaster@${DOMAIN}`,
      path.replace(/.@/, '@'),
      made(randomBytes(32), new Date()),
      made(KEY, old),
      path.replace(DOMAIN, 'other.example'),
    ];
    const replies = await bring(port, bad, null);
    expect(replies.filter(({ command }) => command.startsWith('RCPT')).map(({ text }) => text.slice(0, 9))).toEqual(
      bad.map(() => '550 5.1.1'),
    );
    expect(await bring(port, [path.toUpperCase()], null)).toContainEqual(
      expect.objectContaining({ code: 250, command: expect.stringMatching(/^RCPT/) }),
    );
    expect((await again(delivery)).status).toBe('sent');
  });

  it('does not let the report of one delivery touch another', async () => {
    const [one, other] = [await sent(to(ANNA)), await sent(to(BERT))];
    const replies = await bring(port, [one.path, other.path], reportTo(one.path, [{ address: ANNA }]));
    expect(replies.map(({ code }) => code)).toEqual([250, 250, 250, 452, 354, 250]);
    expect((await again(one.delivery)).status).toBe('failed');
    expect((await again(other.delivery)).status).toBe('sent');
  });

  it('has the sender come again while PostgreSQL does not take it', async () => {
    const { delivery, path } = await sent(to(ANNA));
    await harness.sql.rows('ALTER TABLE dispatch.reports RENAME TO reports_away');
    expect(await report(path, { address: ANNA })).toBe(451);
    await harness.sql.rows('ALTER TABLE dispatch.reports_away RENAME TO reports');
    expect(await report(path, { address: ANNA })).toBe(250);
    expect((await again(delivery)).status).toBe('failed');
  });

  it('takes a report by HTTP from an internal service, and from nobody else', async () => {
    const { delivery, path } = await sent(to(ANNA, BERT));
    const post = (token: string, query: string, body: string) =>
      harness.http().post(`/v1/bounces${query}`).set('Authorization', `Bearer ${token}`).set('Content-Type', 'message/rfc822').send(body);
    const mail = reportTo(path, [{ address: ANNA }]);
    expect((await post(await harness.token({ teams: { acme: 'admin' } }), '', mail)).status).toBe(403);
    expect((await post(harness.serviceToken, '?to=nobody@elsewhere.example', mail)).status).toBe(422);
    expect((await post(harness.serviceToken, '', mail)).body).toEqual({ result: 'taken' });
    expect((await post(harness.serviceToken, `?to=${encodeURIComponent(path)}`, mail)).body).toEqual({ result: 'known' });
    expect((await post(harness.serviceToken, `?to=${encodeURIComponent(path)}`, 'Subject: hello\r\n\r\nhello')).body).toEqual({
      result: 'ignored',
    });
    expect(statusesOf(await again(delivery))).toEqual(['bounced', 'accepted']);
  });

  it('warns at once of a document to an address that is known as dead, until it is cleared', async () => {
    const { delivery: first, path } = await sent(to(CARL));
    await report(path, { address: CARL });
    await eventually(bouncedEvents, (events) => events.length === 1);
    expect((await again(first)).recipients[0]?.bouncedBefore).toBeNull();
    const listed = await get('bounced-addresses');
    expect(listed.body).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          ...{ address: CARL, class: 'no_such_address', status: '5.1.1', explanation: 'This e-mail address does not exist.' },
          ...{ deliveryId: first.id, document: first.document },
        }),
      ]),
    });
    expect((await get('bounced-addresses/csv')).text).toMatch(
      /^address,class,status,diagnostic,deliveryId,bouncedAt,until\r\n(?:.*\r\n)*carl@other\.example,no_such_address,5\.1\.1,/,
    );

    const next = await sent(to(CARL, 'dora@customer.example'));
    expect(next.delivery.status).toBe('sent');
    expect(next.delivery.recipients.map(({ bouncedBefore }) => bouncedBefore)).toEqual([expect.any(String), null]);
    const [, warning] = await eventually(bouncedEvents, (events) => events.length === 2);
    expect(warning).toMatchObject({ what: 'known_dead', delivery: { id: next.delivery.id, recipients: [{ address: CARL }] } });

    const clear = (token: string) =>
      harness.http().delete(`/v1/teams/acme/bounced-addresses?address=${CARL}`).set('Authorization', `Bearer ${token}`);
    expect((await clear(await harness.token({ teams: { acme: 'member' } }))).status).toBe(403);
    expect((await clear(harness.serviceToken)).status).toBe(204);
    await sent(to(CARL));
    const { path: last } = await sent(to('dora@customer.example'));
    await report(last, { address: 'dora@customer.example' });
    expect((await eventually(bouncedEvents, (events) => events.length === 3)).at(-1)?.delivery.recipients).toMatchObject([
      { address: 'dora@customer.example' },
    ]);
  });

  it('warns of a document to a dead address also where PostgreSQL fails at that moment', async () => {
    const { path } = await sent(to(CARL));
    await report(path, { address: CARL });
    await eventually(bouncedEvents, (events) => events.length === 1);
    // A sequence also counts what is rolled back.
    await harness.sql.rows('CREATE SEQUENCE dispatch.warnings_tried');
    await harness.sql.rows(`CREATE FUNCTION dispatch.fail_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF coalesce(NEW.payload ->> 'what', '') = 'known_dead' AND nextval('dispatch.warnings_tried') = 1 THEN
        RAISE EXCEPTION 'PostgreSQL ends' USING ERRCODE = '57P01';
      END IF;
      RETURN NEW; END $$`);
    await harness.sql.rows('CREATE TRIGGER fail_once BEFORE INSERT ON dispatch.outbox FOR EACH ROW EXECUTE FUNCTION dispatch.fail_once()');
    try {
      const { delivery } = await sent(to(CARL));
      const [, warning] = await eventually(bouncedEvents, (events) => events.length === 2);
      expect(warning).toMatchObject({ what: 'known_dead', delivery: { id: delivery.id, recipients: [{ address: CARL }] } });
      expect(await harness.sql.rows(`SELECT last_value::int AS tried FROM dispatch.warnings_tried`)).toEqual([{ tried: 2 }]);
    } finally {
      await harness.sql.rows('DROP FUNCTION dispatch.fail_once CASCADE');
      await harness.sql.rows('DROP SEQUENCE dispatch.warnings_tried');
    }
  });

  describe('an address that documents came back from', () => {
    const remembered = async (): Promise<string[]> =>
      ((await get('bounced-addresses')).body as { items: { address: string }[] }).items.map(({ address }) => address);
    /** Looks for addresses that work again, as if the delivery had been accepted more than a day ago. */
    async function aDayAfter({ id }: DeliveryView): Promise<string[]> {
      await harness.sql.rows(`UPDATE dispatch.recipients SET at = now() - interval '25 hours' WHERE delivery_id = $1`, [id]);
      await harness.apps[0]?.get(BouncedAddressesStore).clearRecovered();
      return remembered();
    }
    async function bouncedFrom(address: string): Promise<DeliveryView> {
      const { delivery, path } = await sent(to(address));
      await report(path, { address });
      expect(await remembered()).toEqual([address]);
      return delivery;
    }

    it('stays remembered after a mere acceptance, and is cleared by one document that stays there for a day', async () => {
      const bounced = await bouncedFrom(CARL);
      // The bounced document was accepted too, before it came back.
      expect(await aDayAfter(bounced)).toEqual([CARL]);
      const { delivery } = await sent(to(CARL));
      await harness.apps[0]?.get(BouncedAddressesStore).clearRecovered();
      expect(await remembered()).toEqual([CARL]);
      expect(await aDayAfter(delivery)).toEqual([]);
    });

    it('is not cleared by a document that is still on its way, or that came back from somebody unknown', async () => {
      await bouncedFrom(CARL);
      const delayed = await sent(to(CARL));
      await report(delayed.path, { address: CARL, action: 'delayed', status: '4.4.1' });
      expect(await aDayAfter(delayed.delivery)).toEqual([CARL]);
      const doubtful = await sent(to(CARL, BERT));
      await report(doubtful.path, { address: 'somebody@elsewhere.example' });
      expect(await aDayAfter(doubtful.delivery)).toEqual([CARL]);
    });

    it.each(['a report of its arrival', 'a complaint about it'])('is cleared at once by %s', async (what) => {
      await bouncedFrom(CARL);
      const { path } = await sent(to(CARL));
      if (what === 'a complaint about it') await bring(port, [path], complaintTo(path, CARL, messageIds.get(path) ?? ''));
      else await report(path, { address: CARL, action: 'delivered', status: '2.0.0' });
      expect(await remembered()).toEqual([]);
    });

    it("is warned of on a team's own server, whose acceptance clears nothing: what comes back goes to the team", async () => {
      await bouncedFrom(CARL);
      await harness.saveSettings(teamSettings('acme', { sender: 'custom', smtp: ownServer(harness.custom.port) }));
      const published = invoice(to(CARL));
      await harness.publish(published);
      const delivery = await harness.until('acme', published.key);
      expect(delivery).toMatchObject({ route: 'custom', recipients: [{ status: 'accepted', bouncedBefore: expect.any(String) }] });
      await eventually(bouncedEvents, (events) => events.some(({ what }) => what === 'known_dead'));
      expect(await aDayAfter(delivery)).toEqual([CARL]);
    });
  });

  describe('a report on a list, or on what was forwarded', () => {
    const MEMBERS = ['max@private.example', 'uwe@private.example'] as const;
    const told = async () => {
      await sent(to(BERT)).then(({ path }) => report(path, { address: BERT, status: '5.2.2', diagnostic: '552 5.2.2 full' }));
      const events = await eventually(bouncedEvents, (all) => all.at(-1)?.delivery.recipients[0]?.address === BERT);
      return events.slice(0, -1).map(({ delivery }) => delivery.recipients.map(({ address }) => address));
    };

    it('is about the only recipient, whichever members it names', async () => {
      const { delivery, path } = await sent(to(ANNA));
      await report(path, ...MEMBERS.map((address) => ({ address })));
      expect(statusesOf(await again(delivery))).toEqual(['bounced']);
      expect((await get('bounced-addresses')).body).toMatchObject({ items: [{ address: ANNA }] });
      expect(await told()).toEqual([[ANNA]]);
    });

    it('does not call a list dead that one of its members got', async () => {
      const { delivery, path } = await sent(to(ANNA));
      await report(path, { address: MEMBERS[0] }, { address: MEMBERS[1], action: 'delivered', status: '2.0.0' });
      expect(statusesOf(await again(delivery))).toEqual(['bounced']);
      expect((await get('bounced-addresses')).body).toMatchObject({ items: [] });
      expect(await told()).toEqual([[ANNA]]);
    });

    it('tells of the only recipient once, where it names somebody else beside him', async () => {
      const { delivery, path } = await sent(to(ANNA));
      await report(path, { address: ANNA }, { address: MEMBERS[0], status: '5.2.2', diagnostic: '552 5.2.2 full' });
      expect(statusesOf(await again(delivery))).toEqual(['bounced']);
      expect(await told()).toEqual([[ANNA]]);
    });

    it('leaves the only recipient alone that has it, and warns of the delivery', async () => {
      const { delivery, path } = await sent(to(ANNA));
      await report(path, { address: ANNA, action: 'delivered', status: '2.0.0' }, { address: MEMBERS[0] });
      expect(statusesOf(await again(delivery))).toEqual(['accepted']);
      expect(await told()).toEqual([[]]);
    });

    it('is about the recipient whom it names as the original one, and warns of the delivery for anybody else', async () => {
      const { delivery, path } = await sent(to(ANNA, CARL));
      await report(path, { address: MEMBERS[0], original: CARL }, { address: MEMBERS[1], status: '5.2.2', diagnostic: '552 5.2.2 full' });
      expect(statusesOf(await again(delivery))).toEqual(['accepted', 'bounced']);
      expect(await told()).toEqual([[], [CARL]]);
    });
  });

  it('tells once of a series to a dead address', async () => {
    const occurrence = async (month: string) => {
      const document = { id: `sub-${month}`, type: 'invoice' as const, recurrence: { seriesId: 'sub-9', occurrence: month } };
      const { delivery, path } = await sent({ ...to('emil@other.example'), document });
      await report(path, { address: 'emil@other.example' });
      expect((await again(delivery)).status).toBe('failed');
    };
    for (const month of ['2026-11', '2026-12', '2027-01']) await occurrence(month);
    const { path } = await sent(to('fritz@other.example'));
    await report(path, { address: 'fritz@other.example' });
    const events = await eventually(bouncedEvents, (all) =>
      all.some(({ delivery }) => delivery.recipients[0]?.address === 'fritz@other.example'),
    );
    expect(events.map(({ delivery }) => delivery.recipients[0]?.address)).toEqual(['emil@other.example', 'fritz@other.example']);
  });

  it('reports on a billing run: what went out, what came back, as counts and as a file', async () => {
    const of = (id: string, occurrence: string) => ({
      id,
      type: 'reminder' as const,
      number: `=${id}`,
      recurrence: { seriesId: id, occurrence },
    });
    const { path } = await sent({ ...to(ANNA, BERT), document: of('run-1', '2026-11') });
    await sent({ ...to(CARL), document: of('run-2', '2026-11') });
    await sent({ ...to(CARL), document: of('run-3', '2026-12') });
    await report(path, { address: ANNA });
    const { body } = await get('deliveries/report?type=reminder&occurrence=2026-11');
    expect(body).toMatchObject({
      deliveries: { total: 2, sent: 1, partly_sent: 1, waiting: 0 },
      recipients: { total: 3, accepted: 2, bounced: 1, pending: 0 },
    });
    const { text, headers } = await get('deliveries/report/csv?type=reminder&occurrence=2026-11');
    expect(headers['content-type']).toMatch(/^text\/csv/);
    expect(text.split('\r\n')).toHaveLength(5);
    expect(text).toMatch(/run-1,'=run-1,reminder,[^,]*,partly_sent,anna@customer\.example,to,bounced,bounced,550 5\.1\.1 no such user,/);
    // More lines than one page has, from several documents: each is in the file once, and in order.
    await harness.sql.rows(
      `INSERT INTO dispatch.recipients SELECT made.* FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id, generate_series(10, 900) AS n,
       LATERAL jsonb_populate_record(r, jsonb_build_object('position', n, 'address', 'r' || n || '@customer.example')) AS made
       WHERE d.document ->> 'type' = 'reminder' AND r.position = 0`,
    );
    const lines = (await get('deliveries/report/csv?type=reminder')).text.split('\r\n').slice(1, -1);
    const places = lines
      .map((line) => `${line.split(',')[0]} ${/,r(\d+)@/.exec(line)?.[1] ?? 'sent'}`)
      .filter((place) => !place.endsWith('sent'));
    expect(places).toEqual(['run-1', 'run-2', 'run-3'].flatMap((run) => Array.from({ length: 891 }, (_, index) => `${run} ${index + 10}`)));
    expect((await get('deliveries/report?from=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z')).status).toBe(422);
  });
});
