import fc from 'fast-check';
import { cleanReply } from './clean-reply.js';

describe('cleanReply', () => {
  it.each([
    ['550 5.1.1 User unknown', '550 5.1.1 User unknown'],
    ['550-one\r\n550 two', '550-one 550 two'],
    ['  padded\t\ttext ', 'padded text'],
    ['bell\u0007 and escape \u001b[31m', 'bell\ufffd and escape \ufffd[31m'],
    ['C1 \u0085 and \u009b', 'C1 \ufffd and \ufffd'],
    ['turned \u202etxet', 'turned \ufffdtxet'],
    ['hidden\u200bspace', 'hidden\ufffdspace'],
    ['line\u2028separator', 'line separator'],
    ['half \ud83d pair', 'half \ufffd pair'],
    ['Empfänger unbekannt 😀', 'Empfänger unbekannt 😀'],
  ])('turns %j into %j', (text, clean) => {
    expect(cleanReply(text)).toBe(clean);
  });

  it.each(['', ' \r\n\t', '\u2028'])('turns %j, where nothing is to be read, into null', (text) => {
    expect(cleanReply(text)).toBeNull();
  });

  it('cuts at 500 without halving an emoji', () => {
    expect(cleanReply('x'.repeat(500))).toBe('x'.repeat(500));
    expect(cleanReply('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
    expect(cleanReply(`${'x'.repeat(498)}😀😀`)).toBe(`${'x'.repeat(498)}…`);
  });

  it('gives one line of at most 500 units of valid Unicode without control characters, and changes it no further', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const clean = cleanReply(text);
        if (clean === null) return;
        expect(clean.length).toBeLessThanOrEqual(500);
        expect(clean).not.toMatch(/[\p{C}\u2028\u2029]/u);
        expect(cleanReply(clean)).toBe(clean);
      }),
    );
  });
});
