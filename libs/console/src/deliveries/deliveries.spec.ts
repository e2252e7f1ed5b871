import { type AttemptView, type DeliveryView, type RecipientView, type ReportView } from '@billing-mail/contracts';
import { layOutChart } from './chart-layout.js';
import { readCsv, toCsv } from './csv.js';
import { courseOf } from './delivery-course.js';
import { type DeliveryFilter, readFilter, toLogQuery, writeFilter } from './delivery-filter.js';
import { mayHaveComeBack } from './may-have-come-back.js';
import { inReadingOrder } from './reading-order.js';
import { firstChoices } from './resend-choices.js';
import { readRunFilter, type RunFilter, writeRunFilter } from './run-filter.js';
import { sayFallback } from './say-fallback.js';
import { sayForecast } from './say-forecast.js';
import { CATALOGUES } from '../words/catalogues.js';
import { formatsOf } from '../words/formats.js';

const attempt = (number: number, route: 'custom' | 'platform', outcome: AttemptView['outcome'] = 'failed'): AttemptView => ({
  number,
  route,
  startedAt: `2026-11-23T10:0${number}:00.000Z`,
  durationMs: 5,
  outcome,
  stage: 'connect',
  code: null,
  enhancedCode: null,
  reply: null,
  server: null,
  tls: null,
  transcript: null,
});
const delivery = (changes: Partial<DeliveryView>): DeliveryView => ({
  id: '1',
  teamId: 'acme',
  key: 'k',
  document: { id: 'd', type: 'invoice' },
  requestedBy: 'u1',
  subject: 's',
  status: 'sent',
  route: 'platform',
  usedFallback: false,
  signed: false,
  messageId: null,
  resendOf: null,
  sentAgainAs: null,
  resend: null,
  sentAgain: null,
  recipientsNotShown: 0,
  createdAt: '2026-11-23T10:00:00.000Z',
  settledAt: null,
  nextTryAt: null,
  incidentId: null,
  cancelledBy: null,
  received: null,
  recipients: [],
  attempts: [],
  reports: [],
  failure: null,
  ...changes,
});
const kinds = (changes: Partial<DeliveryView>): string[] => courseOf(delivery(changes)).map(({ kind }) => kind);

describe('the course of a delivery', () => {
  it('goes from the queue over the signature and the try to the end', () => {
    const settledAt = '2026-11-23T10:05:00.000Z';
    expect(kinds({ signed: true, attempts: [attempt(1, 'platform', 'accepted')], settledAt })).toEqual([
      'queued',
      'signed',
      'attempt',
      'settled',
    ]);
  });

  it('shows where the fallback took over, signed only from there', () => {
    const attempts = [attempt(1, 'custom'), attempt(2, 'custom'), attempt(3, 'custom'), attempt(4, 'platform', 'accepted')];
    expect(kinds({ signed: true, usedFallback: true, attempts })).toEqual([
      'queued',
      'attempt',
      'attempt',
      'attempt',
      'fell_back',
      'signed',
      'attempt',
    ]);
  });

  it('shows the signature by a certificate of the team, too', () => {
    const attempts = [attempt(1, 'custom'), attempt(2, 'custom', 'accepted')];
    expect(kinds({ signed: true, route: 'custom', attempts })).toEqual(['queued', 'signed', 'attempt', 'attempt']);
  });

  it('begins otherwise where it is another one sent again, and leaves to the head of the page by whom that was and what came after it', () => {
    const again = { by: 'anna', at: '2026-11-23T11:00:00.000Z', note: 'asked by phone' };
    expect(courseOf(delivery({ resend: again, resendOf: '0193' }))[0]).toMatchObject({ kind: 'queued', isAgain: true });
    expect(courseOf(delivery({ sentAgain: again, settledAt: '2026-11-23T10:05:00.000Z' })).slice(1)).toEqual([
      { kind: 'settled', at: '2026-11-23T10:05:00.000Z', status: 'sent' },
    ]);
  });

  it('says until when it waits', () => {
    expect(kinds({ status: 'waiting', attempts: [attempt(1, 'custom')], nextTryAt: '2026-11-23T10:06:00.000Z' })).toEqual([
      'queued',
      'attempt',
      'waiting',
    ]);
  });
});

const recipient = (address: string, changes: Partial<RecipientView>): RecipientView => ({
  ...{ address, name: null, role: 'to', status: 'accepted', route: 'platform', reply: null, at: null },
  ...{ explanation: null, bouncedBefore: null, isAddressWrong: false, ...changes },
});

describe('the recipients of a delivery', () => {
  it('begin with those of whom there is something to read, also an accepted one', () => {
    const recipients = [
      recipient('plain@x.example', {}),
      recipient('pending@x.example', { status: 'pending' }),
      recipient('refused@x.example', { status: 'rejected' }),
      recipient('twice@x.example', { explanation: 'An earlier attempt ended without an answer.' }),
    ];
    expect(inReadingOrder({ recipients, reports: [] }).map(({ address }) => address.split('@')[0])).toEqual([
      'refused',
      'twice',
      'plain',
      'pending',
    ]);
  });
});

describe('the way of a delivery that our platform took over', () => {
  const say = (locale: 'en' | 'de', usedFallback: boolean, ...own: RecipientView['status'][]) =>
    sayFallback(
      {
        usedFallback,
        recipients: [recipient('last@x.example', {}), ...own.map((status) => recipient('own@x.example', { status, route: 'custom' }))],
      },
      CATALOGUES[locale],
    );

  it('is our platform in place of the own server, where that took it for nobody', () => {
    expect(say('en', true)).toBe('Sent by our platform instead of your mail server');
    expect(say('de', true, 'rejected')).toBe('Verschickt über unsere Plattform statt über Ihren Mailserver');
    expect(say('de', false)).toBeNull();
  });

  it.each(['accepted', 'bounced', 'uncertain'] as const)(
    'is both, where the own server has it for somebody, or may have it: %s',
    (status) => {
      expect(say('en', true, 'rejected', status)).toBe('Sent partly by our platform');
      expect(say('de', true, 'rejected', status)).toBe('Zum Teil über unsere Plattform verschickt');
    },
  );

  it.each(['pending', 'rejected', 'uncertain'] as const)(
    'does not claim to have sent what nobody has taken from our platform: %s',
    (status) => {
      for (const own of ['rejected', 'accepted'] as const) {
        const recipients = [recipient('last@x.example', { status }), recipient('own@x.example', { status: own, route: 'custom' })];
        expect(sayFallback({ usedFallback: true, recipients }, CATALOGUES.en)).toBe('Our platform stepped in');
      }
    },
  );

  it.each(['en', 'de'] as const)('is said of many in words that are true of each (%s)', (locale) => {
    const { usedFallback, chart, figures } = CATALOGUES[locale].deliveries;
    for (const said of [usedFallback.either, chart.series.fellBack, chart.summary(3, 2, 1), figures.fell_back])
      expect(said).not.toMatch(/instead of|statt/);
  });
});

describe('the course of a delivery that came back', () => {
  const settledAt = '2026-11-23T10:05:00.000Z';
  const report = (at: string, kind: ReportView['kind']): ReportView => ({
    ...{
      kind,
      recipient: 'a@x.example',
      class: null,
      permanent: true,
      status: null,
      diagnostic: null,
      reporter: null,
      retryUntil: null,
      at,
    },
    explanation: null,
  });
  const bounced = recipient('a@x.example', { status: 'bounced' });

  it('shows reports by their time, also one that is faster than the record of the yes', () => {
    const reports = [report('2026-11-23T10:04:59.000Z', 'delayed'), report('2026-11-24T08:00:00.000Z', 'bounced')];
    expect(kinds({ settledAt, reports, recipients: [bounced], status: 'failed' })).toEqual(['queued', 'reported', 'settled', 'reported']);
  });

  it('says which report is not about the only recipient, but about somebody to whom the document was passed on', () => {
    const last = (recipient: string | null, recipients: RecipientView[]) =>
      courseOf(delivery({ settledAt, reports: [{ ...report('2026-11-24T08:00:00.000Z', 'bounced'), recipient }], recipients })).at(-1);
    expect(last(null, [bounced])).toMatchObject({ kind: 'reported', isPassedOn: true });
    expect(last(null, [bounced, bounced])).toMatchObject({ kind: 'reported', isPassedOn: false });
    expect(last('a@x.example', [bounced])).toMatchObject({ kind: 'reported', isPassedOn: false });
    const { bounces } = CATALOGUES.de;
    expect(bounces.reports.bounced(bounces.passedOn)).toBe('Zurückgekommen von einer Adresse, an die der Beleg weitergeleitet wurde');
  });

  it('does not claim to know of a recipient whom a report may concern that names nobody', () => {
    const [open, own, told] = [
      recipient('open@x.example', {}),
      recipient('own@x.example', { route: 'custom' }),
      recipient('told@x.example', {}),
    ];
    const unnamed = { ...report('2026-11-24T08:00:00.000Z', 'bounced'), recipient: null };
    const reports = [unnamed, { ...report('2026-11-24T08:00:00.000Z', 'delivered'), recipient: 'told@x.example' }];
    const inDoubt = (of: Pick<DeliveryView, 'recipients' | 'reports'>) => of.recipients.filter((each) => mayHaveComeBack(of, each));
    expect(inDoubt({ recipients: [bounced, own, told, open], reports })).toEqual([open]);
    expect(inReadingOrder({ recipients: [told, open], reports })).toEqual([open, told]);
    expect(inDoubt({ recipients: [open], reports: [unnamed] })).toEqual([]);
    expect(inDoubt({ recipients: [open, told], reports: [report('2026-11-24T08:00:00.000Z', 'bounced')] })).toEqual([]);
  });

  it.each(['resend', 'correct'] as const)('is sent again at first only where that can help, and says why it came back (%s)', (purpose) => {
    const recipients = [
      recipient('fine', {}),
      recipient('full', { status: 'bounced' }),
      recipient('unknown', { status: 'rejected', isAddressWrong: true }),
      recipient('gone', { status: 'bounced', isAddressWrong: true }),
    ];
    const reports = (['no_such_address', 'mailbox_full'] as const).map((of, index) => ({
      ...report('2026-11-24T08:00:00.000Z', 'bounced'),
      ...{ recipient: index === 0 ? 'gone' : 'full', class: of, explanation: of },
    }));
    expect(firstChoices({ recipients, reports }, purpose).map(({ address, isChosen, cause }) => [address, isChosen, cause])).toEqual([
      ['unknown', false, null],
      ['gone', false, 'no_such_address'],
      ['full', true, 'mailbox_full'],
      ['fine', false, null],
    ]);
  });

  it('does not say of the end how it stands only since', () => {
    const end = (recipients: RecipientView[]) => courseOf(delivery({ settledAt, recipients, status: 'failed' })).at(-1);
    expect(end([bounced])).toMatchObject({ kind: 'settled', status: null });
    expect(end([{ ...bounced, status: 'rejected' }])).toMatchObject({ kind: 'settled', status: 'failed' });
  });
});

describe('the filter in the URL', () => {
  it.each<[string, DeliveryFilter]>([
    ['', {}],
    ['?status=failed', { status: 'failed' }],
    ['?recipient=a%2Bb%40x.example&document=inv%201', { recipient: 'a+b@x.example', documentId: 'inv 1' }],
    ['?status=bounced', { status: 'bounced' }],
    ['?status=in_trouble&since=24h', { status: 'in_trouble', since: '24h' }],
    ['?search=50%25+M%C3%BCller&from=2026-11-01&until=2026-11-30', { search: '50% Müller', from: '2026-11-01', until: '2026-11-30' }],
    ['?from=2026-11-24&until=2026-11-24', { from: '2026-11-24', until: '2026-11-24' }],
  ])('%j is read and written the same', (search, filter) => {
    expect(readFilter(search)).toEqual(filter);
    expect(readFilter(writeFilter(filter))).toEqual(filter);
  });

  it.each([
    '?status=delivered&x=1&recipient=%20&search=',
    '?from=2026-02-30x',
    '?since=48h',
    '?from=0001-01-01',
    '?until=24.11.2026',
    '?from=99999-01-01',
  ])('leaves out what is not known: %s', (search) => expect(readFilter(search)).toEqual({}));

  it('leaves out a last day before the first', () =>
    expect(readFilter('?from=2026-11-02&until=2026-11-01')).toEqual({ from: '2026-11-02' }));

  it.each([
    [{ from: '2026-11-24', until: '2026-11-24' }, 24],
    // In Europe/Berlin, and wherever else the clocks change on 29 March, these days have one hour less.
    [
      { from: '2026-03-28', until: '2026-03-30' },
      3 * 24 + (new Date(2026, 2, 31).getTimezoneOffset() - new Date(2026, 2, 28).getTimezoneOffset()) / 60,
    ],
  ])('asks for whole days of the reader, the last included: %j', (filter, hours) => {
    const { from = '', until = '' } = toLogQuery(filter);
    expect(new Date(from)).toEqual(new Date(`${filter.from}T00:00:00`));
    expect((Date.parse(until) - Date.parse(from)) / 3_600_000).toBe(hours);
  });

  it('hands everything else on as it is', () => {
    expect(toLogQuery({ status: 'failed', search: 'a b', documentId: 'd' })).toEqual({ status: 'failed', search: 'a b', documentId: 'd' });
  });
});

describe('the filter of the report in the URL', () => {
  it.each<[string, RunFilter]>([
    ['', {}],
    [
      '?from=2026-11-01&until=2026-11-30&type=reminder&occurrence=2026-11&series=a%2Bb',
      {
        ...{ from: '2026-11-01', until: '2026-11-30', type: 'reminder', occurrence: '2026-11', seriesId: 'a+b' },
      },
    ],
  ])('%j is read and written the same', (search, filter) => {
    expect(readRunFilter(search)).toEqual(filter);
    expect(readRunFilter(writeRunFilter(filter))).toEqual(filter);
  });

  it('leaves out what is not known', () => expect(readRunFilter('?type=letter&from=1&series=%20&x=1')).toEqual({}));
});

describe('the chart', () => {
  const none = { sent: 0, fellBack: 0, partlySent: 0, failed: 0, uncertain: 0, underWay: 0, cancelled: 0 };
  const barsOf = (...days: Partial<typeof none>[]) =>
    layOutChart(
      days.map((day, index) => ({ date: `${index}`, ...none, ...day })),
      100,
    );

  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [10, 10],
    [11, 20],
    [1379, 2000],
    [99_999, 100_000],
  ])('ends its scale above %i documents at %i', (sent, scaleEnd) => expect(barsOf({ sent }).scaleEnd).toBe(scaleEnd));

  it('stacks what was sent, what fell back and what is in trouble, one on the other', () => {
    const { bars } = barsOf({ sent: 5, fellBack: 3, partlySent: 1, failed: 0, uncertain: 1, underWay: 7, cancelled: 9 });
    expect(bars[0]?.segments).toEqual([
      { series: 'sent', count: 5, top: 50, height: 50 },
      { series: 'fellBack', count: 3, top: 20, height: 30 },
      { series: 'trouble', count: 2, top: 0, height: 20 },
    ]);
  });

  it('shows one in trouble among thousands, and stays within its height', () => {
    const { bars } = barsOf({ sent: 9_998, fellBack: 1, failed: 1 }, {});
    expect(bars[0]?.segments.map(({ height }) => Math.round(height))).toEqual([94, 3, 3]);
    expect(bars[0]?.segments.at(-1)?.top).toBeCloseTo(0);
    expect(bars[1]?.segments).toEqual([]);
  });
});

describe('the CSV export', () => {
  it('quotes what needs it and keeps umlauts for spreadsheets', () => {
    expect(toCsv([['a', 'b;c', 'd "e"', 'ü']], 'de')).toBe('\ufeffa;"b;c";"d ""e""";ü\r\n');
    expect(toCsv([['a,b']], 'en')).toBe('\ufeff"a,b"\r\n');
  });

  it.each([
    ...['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r1', ' =1', '\u00a0=1', '\u3000\u2003@x', '\n+1', '\u200b=1', '\ufeff-1', '\u0000=1'],
    ...['＝1+1', '＋1', '－1', '＠SUM(A1)', ' ＝1', '﹦1', '﹢1', '﹣1', '﹫x', '−1'],
  ])('lets no cell run as a formula: %j', (cell) => {
    expect(toCsv([[cell]], 'en')).toContain(`'${cell}`);
  });

  it('reads the files of the services', () => {
    const text = 'a,b\r\n"x,""y""\r\nz",\r\n,\'=1\r\n';
    expect(readCsv(text)).toEqual([
      ['a', 'b'],
      ['x,"y"\r\nz', ''],
      ['', "'=1"],
    ]);
    expect(readCsv('')).toEqual([]);
  });

  it.each(['2026-0042', 'a=b', 'pay@customer.example', ' Müller', '\u00a0', ''])('leaves other cells as they are: %j', (cell) => {
    expect(toCsv([[cell]], 'en')).toBe(`\ufeff${cell}\r\n`);
  });
});

describe('the forecast of what the limits of the own server hold up', () => {
  const now = new Date('2026-11-26T10:00:00Z');
  const say = (locale: 'en' | 'de', heldByLimits: number, endsAt: string | null) =>
    sayForecast(
      { waiting: 5000, heldByLimits, limits: { messagesPerMinute: 30 }, endsAt },
      { words: CATALOGUES[locale], formats: formatsOf(locale, 'Europe/Berlin') },
      now,
    );

  it('says when the last goes, and that it is not today where the reader’s day ends before', () => {
    expect(say('en', 4970, '2026-11-26T12:46:00Z')).toMatch(/^4,970 documents are waiting .* The last one is sent at about 13:46\.$/);
    expect(say('en', 4970, '2026-11-26T23:30:00Z')).toMatch(/Not all are sent today: .* 27 Nov 2026, 00:30\.$/);
    expect(say('de', 1, '2026-11-26T12:46:00Z')).toMatch(/^1 Beleg wartet .* wird gegen 13:46 Uhr verschickt\.$/);
    expect(say('de', 4970, '2026-11-27T12:46:00Z')).toMatch(/^4\.970 Belege warten .* nicht mehr alle .* am 27\.11\.2026 um 13:46 Uhr\.$/);
  });

  it('says nothing where no limit holds anything up', () => {
    expect([say('en', 0, '2026-11-26T12:46:00Z'), say('en', 0, null)]).toEqual([null, null]);
  });
});
