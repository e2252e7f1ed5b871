import fc from 'fast-check';
import { replyFact, ReplyReader, replyText, type Reading } from './reply.js';

function read(text: string | Buffer, cut = Number.MAX_SAFE_INTEGER): Reading[] {
  const reader = new ReplyReader();
  const bytes = Buffer.from(text);
  const readings: Reading[] = [];
  for (let from = 0; from < bytes.length; from += cut) {
    reader.push(bytes.subarray(from, from + cut));
    for (let reading = reader.next(); reading !== null; reading = reader.next()) {
      readings.push(reading);
      if (reading.type === 'violation') return readings;
    }
  }
  return readings;
}

const reply = (code: number, ...lines: string[]): Reading => ({ type: 'reply', reply: { code, lines } });

describe('reading replies', () => {
  it.each<[string, string, Reading[]]>([
    ['one line', '250 ok\r\n', [reply(250, 'ok')]],
    ['no text', '250\r\n', [reply(250, '')]],
    ['several lines', '250-a\r\n250-b\r\n250 c\r\n', [reply(250, 'a', 'b', 'c')]],
    ['line feeds alone', '250-a\n250 b\n', [reply(250, 'a', 'b')]],
    ['two replies', '250 a\r\n354 b\r\n', [reply(250, 'a'), reply(354, 'b')]],
    ['an empty line before', '\r\n250 a\r\n', [reply(250, 'a')]],
    ['UTF-8', '550 Empfänger unbekannt\r\n', [reply(550, 'Empfänger unbekannt')]],
    ['a code with nothing behind it but words', '250Ok queued as 1\r\n', [reply(250, 'Ok queued as 1')]],
    ['a code with a tab behind it', '250\tok\r\n', [reply(250, 'ok')]],
    ['a line between that has no code', '250-a\r\nb\r\n250 c\r\n', [reply(250, 'a', 'b', 'c')]],
    ['another code of the same kind', '250-a\r\n251 b\r\n', [reply(251, 'a', 'b')]],
    [
      'a refusal after a welcome',
      '220-a\r\n521-b\r\n521 c\r\n',
      [{ type: 'reply', reply: { code: 521, lines: ['b', 'c'], isMixed: true } }],
    ],
    ['nothing complete', '250-a\r\n250', []],
  ])('takes %s', (_what, text, readings) => {
    expect(read(text)).toEqual(readings);
  });

  it('reads text in Latin-1 where it is no UTF-8', () => {
    expect(read(Buffer.from('550 Empf\xe4nger\r\n', 'latin1'))).toEqual([reply(550, 'Empfänger')]);
  });

  it.each([
    ['words', 'hello there\r\n'],
    ['a code out of range', '999 what\r\n'],
    ['a code that goes on', '2500 ok\r\n'],
    ['a code that changes for the better', '550-a\r\n250 b\r\n'],
    ['too many lines', '250-x\r\n'.repeat(600)],
    ['a line without end', `250 ${'x'.repeat(70_000)}`],
    ['many bytes in few lines', `250-${'x'.repeat(600)}\r\n`.repeat(200)],
  ])('refuses %s', (_what, text) => {
    expect(read(text).at(-1)).toMatchObject({ type: 'violation' });
  });

  it('reads the same however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (lines, cut) => {
        const text = lines.map((each, index) => `451${index === lines.length - 1 ? ' ' : '-'}${each}\r\n`).join('');
        expect(read(text, cut)).toEqual([reply(451, ...lines)]);
      }),
    );
  });

  it.each<[string, string, unknown]>([
    ['one line without its end', '554 5.7.1 blocked', { code: 554, lines: ['5.7.1 blocked'] }],
    ['a code alone', '250', { code: 250, lines: [''] }],
    ['a last line without a code', '250-queued\r\nas 1\r\n', { code: 250, lines: ['queued', 'as 1'] }],
    ['a last line cut off', '250-queued\r\n2', { code: 250, lines: ['queued', '2'] }],
    ['no last line', '451-later\r\n', { code: 451, lines: ['later'] }],
    ['half a code', '25', null],
    ['no code', 'Ok', null],
    ['nothing', '', null],
  ])('that do not go on are decided by their code: %s', (_what, text, expected) => {
    const reader = new ReplyReader();
    reader.push(Buffer.from(text));
    expect(reader.next()).toBeNull();
    expect(reader.finish()).toEqual(expected);
    expect(reader.hasUnread).toBe(false);
  });

  it('keeps what it holds in bounds, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 40 }), (chunks) => {
        const readings = read(Buffer.concat(chunks));
        expect(JSON.stringify(readings).length).toBeLessThan(2_000_000);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the fact of a reply', () => {
  it('keeps the reply verbatim, bounded, with its enhanced code', () => {
    const refused = { code: 550, lines: ['5.1.1 no such user', '5.1.1 at all'] };
    expect(replyFact('rcpt', refused)).toEqual({
      kind: 'reply',
      stage: 'rcpt',
      code: 550,
      enhancedCode: '5.1.1',
      text: '550-5.1.1 no such user\n550 5.1.1 at all',
    });
    expect(replyText({ code: 550, lines: ['😀'.repeat(10_000)] })).toHaveLength(4_000);
  });

  it('is a breach of protocol where the code is no refusal', () => {
    expect(replyFact('mail', { code: 354, lines: ['go'] })).toEqual({ kind: 'protocol', stage: 'mail', text: 'unexpected reply: 354 go' });
  });
});
