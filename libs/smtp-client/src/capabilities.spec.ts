import { parseCapabilities } from './capabilities.js';

const parse = (...lines: string[]) => parseCapabilities({ code: 250, lines: ['mail.example greets you', ...lines] });

describe('what EHLO announces', () => {
  it.each<[string[], number | null]>([
    [['SIZE 35882577'], 35_882_577],
    [['size 10'], 10],
    [['SIZE 0'], null],
    [['SIZE'], null],
    [['SIZE lots'], null],
    [['SIZE 99999999999999999999'], null],
    [[], null],
  ])('limits the size: %j', (lines, expected) => {
    expect(parse(...lines).maxMessageBytes).toBe(expected);
  });

  it.each<[string[], number]>([
    [['LIMITS MAILMAX=20 RCPTMAX=100'], 100],
    [['limits rcptmax=7'], 7],
    [['LIMITS RCPTMAX=0'], Infinity],
    [['LIMITS XRCPTMAX=3'], Infinity],
    [[], Infinity],
  ])('limits the recipients: %j', (lines, expected) => {
    expect(parse(...lines).recipientsAtMost).toBe(expected);
  });

  it('takes the size with MAIL, and commands in a row, only where it says so', () => {
    expect(parse('SIZE', 'pipelining')).toMatchObject({ size: true, pipelining: true });
    expect(parse('SIZES', 'X-PIPELINING')).toMatchObject({ size: false, pipelining: false });
  });

  it.each<[string[], string[]]>([
    [['AUTH PLAIN LOGIN'], ['PLAIN', 'LOGIN']],
    [
      ['AUTH=LOGIN', 'AUTH login PLAIN'],
      ['LOGIN', 'PLAIN'],
    ],
    [['AUTHENTIC'], []],
    [[], []],
  ])('offers ways to sign in: %j', (lines, expected) => {
    expect(parse(...lines).authMechanisms).toEqual(expected);
  });

  it('offers STARTTLS only as a keyword, not in the greeting', () => {
    expect(parse('STARTTLS').startTls).toBe(true);
    expect(parse('X-STARTTLS', 'STARTTLSX').startTls).toBe(false);
    expect(parseCapabilities({ code: 250, lines: ['STARTTLS'] }).startTls).toBe(false);
  });
});
