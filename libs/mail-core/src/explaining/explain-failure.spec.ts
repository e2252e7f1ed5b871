import { FAILURE_CODES, LOCALES } from '@billing-mail/contracts';
import fc from 'fast-check';
import { CATALOGUES } from '../words/catalogues.js';
import { type Explanation } from '../words/failure-words.js';
import { explainFailure } from './explain-failure.js';

const PARTS = ['happened', 'means', 'todo'] as const satisfies readonly (keyof Explanation)[];
const reason = (code: (typeof FAILURE_CODES)[number], server: string | null = 'smtp.acme.example:587') => ({ code, server, reply: null });

describe.each(LOCALES)('the words for failures in %s', (locale) => {
  it.each(FAILURE_CODES)('explain %s in whole, short sentences', (code) => {
    for (const server of ['smtp.acme.example:587', null]) {
      const words = explainFailure(reason(code, server), locale);
      for (const part of PARTS) {
        expect(words[part]).toMatch(/^[A-ZÄÖÜ].*\.$/);
        expect(words[part].length).toBeGreaterThan(20);
        expect(words[part].length).toBeLessThanOrEqual(300);
        expect(words[part]).not.toMatch(/[{}]|undefined|null| {2}|\s[.,]/);
      }
    }
  });

  it('have every code and no other', () => {
    expect(Object.keys(CATALOGUES[locale].failures).sort()).toEqual(
      [
        ...FAILURE_CODES,
        'again',
        'askOwnServer',
        'askedWait',
        'earlier',
        'inSettings',
        'limit',
        'operator',
        'platformTodo',
        'seen',
        'size',
        'sizes',
        'time',
      ].sort(),
    );
  });

  it('say something different for each code', () => {
    const happened = FAILURE_CODES.map((code) => explainFailure(reason(code), locale).happened);
    expect(new Set(happened).size).toBe(FAILURE_CODES.length);
  });

  it('name the server in happened only, once, without its port', () => {
    for (const code of FAILURE_CODES) {
      const words = explainFailure(reason(code), locale);
      if (code.startsWith('smtp_')) expect(words.happened.split(' smtp.acme.example').length).toBe(2);
      expect(words.happened).not.toContain(':587');
      expect(words.means + words.todo).not.toContain('acme');
    }
  });

  it('never quote what the server said', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FAILURE_CODES), fc.string({ minLength: 1 }), (code, reply) => {
        expect(explainFailure({ code, server: 'a.example:25', reply }, locale)).toEqual(
          explainFailure({ code, server: 'a.example:25', reply: null }, locale),
        );
      }),
    );
  });

  it('take the name of a server as it is, also where it looks like a replacement pattern', () => {
    expect(explainFailure(reason('smtp_timeout', "$&$'{server}:25"), locale).happened).toContain(" $&$'{server} ");
  });

  it('do not send anybody to their settings for the platform server', () => {
    const { platformTodo, again } = CATALOGUES[locale].failures;
    const ours = platformTodo.replace('{again}', again.byReader);
    expect(explainFailure(reason('smtp_auth_rejected'), locale, 'platform').todo).toBe(ours);
    expect(explainFailure(reason('sender_refused'), locale, 'platform').todo).toBe(ours);
    expect(explainFailure(reason('recipient_unknown'), locale, 'platform').todo).not.toBe(ours);
    expect(explainFailure(reason('smtp_auth_rejected'), locale, 'custom').todo).not.toBe(ours);
  });

  it('ask nobody to send again what has gone out by the platform', () => {
    for (const code of FAILURE_CODES)
      expect(explainFailure(reason(code), locale, 'custom', 'byOthers').todo).not.toMatch(
        /send (?:it|the document|fewer)|send them|verschicken Sie|schicken Sie/i,
      );
  });

  it('ask nobody to send again what is tried again by itself', () => {
    const { again } = CATALOGUES[locale].failures;
    for (const route of ['custom', 'platform'] as const) {
      const [over, open] = (['byReader', 'byItself'] as const).map(
        (goesOn) => explainFailure(reason('smtp_timeout'), locale, route, goesOn).todo,
      );
      expect(over).toContain(again.byReader);
      expect(open).toBe(over?.replace(again.byReader, again.byItself));
    }
  });
});

describe('figures that a server names', () => {
  const greylisted = (askedWaitMs: number) => ({ code: 'asked_to_come_back', server: null, reply: null, askedWaitMs }) as const;

  it.each([
    [30_000, 'wait for 30 seconds.', '30 Sekunden zu warten.'],
    [300_000, 'wait for 5 minutes.', '5 Minuten zu warten.'],
    [3_600_000, 'wait for 60 minutes.', '60 Minuten zu warten.'],
    [6 * 3_600_000, 'wait for 6 hours.', '6 Stunden zu warten.'],
  ])('a wait of %d ms is told in both languages', (ms, en, de) => {
    expect(explainFailure(greylisted(ms), 'en').happened).toContain(en);
    expect(explainFailure(greylisted(ms), 'de').happened).toContain(de);
  });

  it.each([
    ['minute', 'It accepts 10,000 e-mails per minute.', 'Er nimmt 10.000 E-Mails in der Minute an.'],
    ['day', 'It accepts 10,000 recipients per day.', 'Er nimmt 10.000 Empfänger am Tag an.'],
  ] as const)('a limit of the %s is told in both languages', (per, en, de) => {
    const held = { code: 'sending_limit', server: null, reply: null, limit: { count: 10_000, per } } as const;
    expect(explainFailure(held, 'en').happened).toContain(en);
    expect(explainFailure(held, 'de').happened).toContain(de);
  });

  it('a limit of size is told with the size of the e-mail', () => {
    const tooLarge = {
      ...({ code: 'message_too_large', server: 'smtp.acme.example:587', reply: null } as const),
      sizes: { limitBytes: 10_000_000, messageBytes: 14_230_000 },
    };
    expect(explainFailure(tooLarge, 'en').happened).toMatch(/It accepts at most 10 MB, and this e-mail is 14\.23 MB\.$/);
    expect(explainFailure(tooLarge, 'de').happened).toMatch(/Er nimmt höchstens 10 MB an, und diese E-Mail ist 14,23 MB groß\.$/);
  });

  it('the size of the e-mail is told also where the server says no limit', () => {
    const tooLarge = { ...({ code: 'message_too_large', server: null, reply: null } as const), sizes: { messageBytes: 14_230_000 } };
    expect(explainFailure(tooLarge, 'en').happened).toMatch(/ This e-mail is 14\.23 MB\.$/);
    expect(explainFailure(tooLarge, 'de').happened).toMatch(/ Diese E-Mail ist 14,23 MB groß\.$/);
  });
});

it('differs between the languages in every part of every code', () => {
  for (const code of FAILURE_CODES) {
    for (const part of PARTS) {
      expect(explainFailure(reason(code), 'de')[part]).not.toBe(explainFailure(reason(code), 'en')[part]);
    }
  }
});

it('addresses readers of German formally', () => {
  for (const code of FAILURE_CODES) {
    const { happened, means, todo } = explainFailure(reason(code), 'de');
    expect(`${happened} ${means} ${todo}`).not.toMatch(/\b(?:du|dein\w*|dir|dich|euer|eure\w*|Email|Mail-Server)\b/);
  }
});

it('says in the language of the reader that the password was rejected', () => {
  expect(explainFailure(reason('smtp_auth_rejected'), 'de').happened).toBe(
    'Benutzername oder Passwort wurde vom Mailserver smtp.acme.example abgelehnt.',
  );
  expect(explainFailure(reason('smtp_auth_rejected', null), 'en').happened).toBe('The mail server rejected the username or password.');
});
