import fc from 'fast-check';
import { parseEnhancedCode } from './enhanced-code.js';

describe('parseEnhancedCode', () => {
  it.each([
    ['550 5.1.1 User unknown', '5.1.1'],
    ['550-5.1.1 The email account\r\n550 5.1.1 does not exist', '5.1.1'],
    ['5.7.139 Authentication unsuccessful', '5.7.139'],
    ['554 Sorry, no mailbox here by that name. (#5.1.1)', '5.1.1'],
    ['550 #5.1.0 Address rejected.', '5.1.0'],
    ['4.7.0', '4.7.0'],
    ['250 2.0.0 Ok', '2.0.0'],
    ['554-first line without\n554 5.7.1 second line with', '5.7.1'],
  ])('finds in %j the status %s', (text, status) => {
    expect(parseEnhancedCode(text)).toBe(status);
  });

  it.each([
    ['550 4.1.1 class contradicts code'],
    ['550 User unknown'],
    ['550 05.1.1 leading zero'],
    ['550 5.01.1 leading zero'],
    ['550 5.1.1234 too many digits'],
    ['550 3.1.1 no such class'],
    ['5.1.1.1 is an address'],
    ['see section 5.1.1 of the manual'],
    ['550'],
    [''],
  ])('finds none in %j', (text) => {
    expect(parseEnhancedCode(text)).toBeNull();
  });

  it('goes by the code it is given where the text has none', () => {
    expect(parseEnhancedCode('5.1.1 User unknown', 550)).toBe('5.1.1');
    expect(parseEnhancedCode('5.1.1 User unknown', 450)).toBeNull();
  });

  it('finds every well-formed status at the start of a line', () => {
    const number = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(fc.constantFrom(4, 5), number, number, fc.string(), (replyClass, subject, detail, words) => {
        const status = `${replyClass}.${subject}.${detail}`;
        expect(parseEnhancedCode(`${replyClass}50 ${status} ${words}`)).toBe(status);
      }),
    );
  });
});
