import { type AttemptView, type DeliveryView } from '@billing-mail/contracts';
import { toCsv } from './csv.js';
import { courseOf } from './delivery-course.js';
import { type DeliveryFilter, readFilter, writeFilter } from './delivery-filter.js';
import { explainReply } from './explain-reply.js';

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
});
const delivery = (changes: Partial<DeliveryView>): DeliveryView => ({
  id: '1',
  teamId: 'acme',
  key: 'k',
  document: { id: 'd', type: 'invoice' },
  subject: 's',
  status: 'sent',
  route: 'platform',
  usedFallback: false,
  signed: false,
  messageId: null,
  resendOf: null,
  recipientsNotShown: 0,
  createdAt: '2026-11-23T10:00:00.000Z',
  settledAt: null,
  nextTryAt: null,
  recipients: [],
  attempts: [],
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

  it('says until when it waits', () => {
    expect(kinds({ status: 'waiting', attempts: [attempt(1, 'custom')], nextTryAt: '2026-11-23T10:06:00.000Z' })).toEqual([
      'queued',
      'attempt',
      'waiting',
    ]);
  });
});

describe('the filter in the URL', () => {
  it.each<[string, DeliveryFilter]>([
    ['', {}],
    ['?status=failed', { status: 'failed' }],
    ['?recipient=a%2Bb%40x.example&document=inv%201', { recipient: 'a+b@x.example', documentId: 'inv 1' }],
  ])('%j is read and written the same', (search, filter) => {
    expect(readFilter(search)).toEqual(filter);
    expect(readFilter(writeFilter(filter))).toEqual(filter);
  });

  it('leaves out what is not known', () => expect(readFilter('?status=delivered&x=1&recipient=%20')).toEqual({}));
});

describe('the CSV export', () => {
  it('quotes what needs it and keeps umlauts for spreadsheets', () => {
    expect(toCsv([['a', 'b;c', 'd "e"', 'ü']], 'de')).toBe('\ufeffa;"b;c";"d ""e""";ü\r\n');
    expect(toCsv([['a,b']], 'en')).toBe('\ufeff"a,b"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('lets no cell run as a formula: %j', (cell) => {
    expect(toCsv([[cell]], 'en')).toContain(`'${cell}`);
  });
});

describe('a reply of a server', () => {
  it.each([
    ['550 5.1.1 <x@y>: Recipient address rejected: User unknown', 'unknown'],
    ['550 No such user here', 'unknown'],
    ['452 4.2.2 over quota', 'full'],
    ['552 5.3.4 too big', 'size'],
    ['550 5.7.60 SMTP; Client does not have permissions to send as this sender', 'sender'],
    ['554 5.7.1 blocked', 'blocked'],
    ['451 4.7.1 greylisted', 'later'],
    ['421 try again', 'later'],
    ['599 what', 'other'],
  ])('is explained: %s', (reply, meaning) => expect(explainReply(reply)).toBe(meaning));
});
