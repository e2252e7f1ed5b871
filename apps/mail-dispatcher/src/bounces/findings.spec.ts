import { type Fate } from '@billing-mail/mail-core';
import { findingsOf } from './findings.js';

const [ANNA, BERT] = [
  { position: 0, address: 'anna@customer.example' },
  { position: 1, address: 'bert@customer.example' },
];
const fate = (changes: Partial<Fate> = {}): Fate => ({
  ...{ recipient: null, address: 'x@y.example', action: 'failed', class: 'no_such_address', permanent: true },
  ...{ status: '5.1.1', diagnostic: '550 5.1.1 no such user', willRetryUntil: null },
  ...changes,
});
const positions = (fates: Fate[], recipients = [ANNA, BERT]) =>
  findingsOf({ kind: 'fates', fates, reporter: 'mx.test', format: 'rfc3464' }, recipients).map(({ position }) => position);

describe('what is found in a report', () => {
  it.each<[string, Fate[], (typeof ANNA)[], (number | null)[]]>([
    ['the recipient that the reader names', [fate({ recipient: 'Bert@customer.example' })], [ANNA, BERT], [1]],
    ['nobody where the reader names none of two', [fate()], [ANNA, BERT], [null]],
    ['nobody where it names somebody else', [fate({ recipient: 'carl@customer.example' })], [ANNA, BERT], [null]],
    ['the recipient of each', [fate(), fate({ recipient: ANNA.address })], [ANNA], [null, 0]],
    ['nobody where nobody is known', [fate()], [], [null]],
  ])('is about %s', (_what, fates, recipients, expected) => {
    expect(positions(fates, recipients)).toEqual(expected);
  });

  it('is text of one line that PostgreSQL takes, whatever others wrote', () => {
    const [finding] = findingsOf(
      {
        kind: 'fates',
        fates: [fate({ diagnostic: `550\u0000 a\r\nb${'x'.repeat(9000)}`, willRetryUntil: new Date(NaN) })],
        reporter: null,
        format: '',
      },
      [ANNA],
    );
    for (const sign of ['\0', '\r', '\n']) expect(finding?.diagnostic).not.toContain(sign);
    expect(finding?.diagnostic?.length).toBeLessThanOrEqual(500);
    expect(finding?.retryUntil).toBeNull();
  });

  it('is a complaint, an absence or an answer of a program where the mail is one, and nothing of what is about something else', () => {
    expect(findingsOf({ kind: 'complaint', recipient: BERT.address, source: 'abuse' }, [ANNA, BERT])).toMatchObject([
      { kind: 'complaint', position: 1 },
    ]);
    expect(findingsOf({ kind: 'auto_reply', absence: true, from: ANNA.address, subject: 'Away' }, [ANNA, BERT])).toMatchObject([
      { kind: 'absence', position: 0, diagnostic: 'Away' },
    ]);
    expect(findingsOf({ kind: 'auto_reply', absence: false, from: null, subject: '' }, [ANNA, BERT])).toMatchObject([
      { kind: 'auto_reply', position: null },
    ]);
    expect(findingsOf({ kind: 'unrelated' }, [ANNA, BERT])).toEqual([]);
  });
});
