// Finding deliveries in the log: by time, by words, in the order of the database's clock.
import { type DeliveryView, problem } from '@billing-mail/contracts';
import { type Harness, invoice, startHarness, teamSettings } from '../testing/dispatcher-harness.js';

const OF_SES = '0100017f3c1d2e3f-6dd8c1c4-1111-2222-3333-444455556666-000000';

describe('finding in the delivery log', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.stop());

  const get = (path: string) => harness.http().get(`/v1/teams/${path}`).set('Authorization', `Bearer ${harness.serviceToken}`);
  const find = async (team: string, query: Record<string, string>): Promise<string[]> => {
    const answer = await get(`${team}/deliveries?${new URLSearchParams(query).toString()}`);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    return answer.body.items.map(({ document }: DeliveryView) => document.id);
  };
  const send = async (team: string, id: string, changes: object = {}): Promise<DeliveryView> => {
    const job = invoice({ teamId: team, document: { id, type: 'invoice' }, ...changes });
    await harness.publish(job);
    return harness.until(team, job.key);
  };
  const handedOver = (id: string, at: string) =>
    harness.sql.affected(`UPDATE dispatch.deliveries SET created_at = $2 WHERE document ->> 'id' = $1`, [id, at]);

  describe('by time', () => {
    beforeAll(async () => {
      await harness.saveSettings(teamSettings('times'));
      await harness.saveSettings(teamSettings('others'));
      for (const id of ['third', 'first', 'second']) await send('times', id);
      await handedOver('first', '2026-03-01T00:00:00Z');
      await handedOver('second', '2026-03-02T00:00:00.000123Z');
      await handedOver('third', '2026-03-02T00:00:00.000456Z');
    });

    it('goes by the clock of the database, whatever the ids say, also from page to page', async () => {
      expect(await find('times', {})).toEqual(['third', 'second', 'first']);
      const seen: string[] = [];
      for (let cursor: string | null = '', pages = 0; cursor !== null && pages < 4; pages += 1) {
        const { body } = await get(`times/deliveries?limit=1${cursor && `&cursor=${cursor}`}`);
        seen.push(...body.items.map(({ document }: DeliveryView) => document.id));
        cursor = body.nextCursor;
      }
      expect(seen).toEqual(['third', 'second', 'first']);
    });

    it.each([
      [{ from: '2026-03-02T00:00:00Z' }, ['third', 'second']],
      [{ until: '2026-03-02T00:00:00Z' }, ['first']],
      [{ from: '2026-03-01T00:00:00Z', until: '2026-03-01T00:00:01Z' }, ['first']],
      [{ from: '2026-03-01T01:00:00+01:00', until: '2026-03-01T01:00:01+01:00' }, ['first']],
      [{ from: '2026-03-01T00:00:00.001Z', until: '2026-03-02T00:00:00Z' }, []],
      [{ from: '0000-01-01T00:00:00Z' }, ['third', 'second', 'first']],
      [{ from: '2026-03-01T00:00:00+23:59', until: '9999-12-31T23:59:59-23:59' }, ['third', 'second', 'first']],
    ])('%j finds from the first instant up to, not including, the last', async (query, found) => {
      expect(await find('times', query as Record<string, string>)).toEqual(found);
    });

    it('knows no place in the list of another team', async () => {
      const { body } = await get('times/deliveries?limit=1');
      await send('others', 'foreign');
      expect(await find('others', { cursor: body.nextCursor })).toEqual([]);
    });
  });

  describe('by words', () => {
    beforeAll(async () => {
      await harness.saveSettings(teamSettings('words', { cc: [{ address: 'boss@acme.example', name: 'Geschäftsleitung' }] }));
      await send('words', 'inv-7001', {
        document: { id: 'inv-7001', type: 'invoice', number: 'RE-2026/0815' },
        subject: 'Ihre Rechnung für Österreich: 100% bezahlt',
        to: [{ address: 'Payables@Customer.example', name: 'MÜLLER & Söhne' }],
      });
      await send('words', 'inv_7002', { subject: 'Reminder for a\\b', to: [{ address: 'other@customer.example' }] });
      await harness.saveSettings(teamSettings('foreign'));
      await send('foreign', 'inv-7001', { subject: 'Ihre Rechnung' });
    });

    it.each([
      ['RECHNUNG', ['inv-7001']],
      ['chnun', ['inv-7001']],
      ['österreich', ['inv-7001']],
      ['müller', ['inv-7001']],
      ['payables@customer', ['inv-7001']],
      ['2026/08', ['inv-7001']],
      ['INV-7001', ['inv-7001']],
      ['customer.example', ['inv_7002', 'inv-7001']],
      ['geschäftsleitung', ['inv_7002', 'inv-7001']],
      ['söhne  rechnung 0815', ['inv-7001']],
      ['söhne reminder', []],
      ['ü', ['inv-7001']],
      ['%', ['inv-7001']],
      ['100%', ['inv-7001']],
      ['1%0', []],
      ['_', ['inv_7002']],
      ['inv_700', ['inv_7002']],
      ['a\\b', ['inv_7002']],
      ['\\', ['inv_7002']],
      [`'; DROP TABLE dispatch.deliveries; --`, []],
      [' ', ['inv_7002', 'inv-7001']],
    ])('%j finds %j', async (search, found) => {
      expect(await find('words', { search })).toEqual(found);
    });

    it('goes together with every other filter', async () => {
      expect(await find('words', { search: 'customer', status: 'sent', recipient: 'payables@customer.example' })).toEqual(['inv-7001']);
      expect(await find('words', { search: 'customer', status: 'failed' })).toEqual([]);
      expect(await find('words', { search: 'customer', until: '2026-01-01T00:00:00Z' })).toEqual([]);
      expect(await find('words', { search: 'customer', documentId: 'inv_7002' })).toEqual(['inv_7002']);
    });

    it.each([
      [
        'Microsoft 365',
        '250 2.6.0 <AM0PR02@eurprd02.prod.outlook.com> [InternalId=1, Hostname=a.example] Queued',
        'AM0PR02@eurprd02.prod.outlook.com',
      ],
      ['Amazon', `250 Ok ${OF_SES}`, `${OF_SES}@eu-central-1.amazonses.com`],
    ])('finds a message by its Message-ID and by the one that %s gave it, in this team alone', async (name, final, alias) => {
      harness.platform.script = { final };
      const [document, team] = [`named-${name.length}`, `names-${name.length}`];
      await harness.saveSettings(teamSettings(team));
      const { id, messageId } = await send(team, document);
      harness.platform.script = {};
      for (const search of [alias, `<${alias}>`, messageId ?? '', id]) expect(await find(team, { search })).toEqual([document]);
      expect(await find('words', { search: alias })).toEqual([]);
      expect(await find('words', { search: id })).toEqual([]);
    });

    it('finds the last of two thousand recipients, and those to whom it was sent again', async () => {
      const cc = Array.from({ length: 2000 }, (_, index) => ({ address: `member-${index}@club.example` }));
      const done = await send('words', 'long', { cc });
      expect(await find('words', { search: 'member-1999@club' })).toEqual(['long']);
      const recipients = [{ address: 'corrected@club.example', insteadOf: 'member-1999@club.example' }];
      const again = await harness
        .http()
        .post(`/v1/teams/words/deliveries/${done.id}/resend`)
        .set('Authorization', `Bearer ${harness.serviceToken}`)
        .send({ recipients });
      expect(again.status).toBe(202);
      expect(await find('words', { search: 'corrected@' })).toEqual(['long']);
    });
  });

  it.each([
    ['limit=0', '/limit'],
    ['limit=x', '/limit'],
    ['limit=201', '/limit'],
    ['status=done', '/status'],
    ['cursor=abc', '/cursor'],
    ['cursor=', '/cursor'],
    ['cursor=a&cursor=b', '/cursor'],
    [`cursor=${Buffer.from('"\\u0000"').toString('base64url')}`, '/cursor'],
    [`cursor=${Buffer.from('{"id":1}').toString('base64url')}`, '/cursor'],
    ['documentId=a%00b', '/documentId'],
    ['recipient=a%00b', '/recipient'],
    ['from=2026-11-24', '/from'],
    ['from=2026-02-30T00:00:00Z', '/from'],
    ['until=2026-11-24T00:00:00', '/until'],
    ['until=yesterday', '/until'],
    ['from=2026-11-24T00:00:00Z&until=2026-11-24T00:00:00Z', '/until'],
    ['search=a%00b', '/search'],
    [`search=${'x'.repeat(201)}`, '/search'],
    ['search=1+2+3+4+5+6+7+8+9+10+11', '/search'],
    ['search=a&search=b', '/search'],
  ])('names what is wrong with the query %s', async (query, pointer) => {
    const answer = await get(`lists/deliveries?${query}`);
    expect(answer.status).toBe(422);
    expect(problem.parse(JSON.parse(answer.text)).errors?.map((error) => error.pointer)).toEqual([pointer]);
  });
});
