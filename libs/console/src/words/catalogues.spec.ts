import { explainAddress, SETTINGS_MESSAGES } from '@billing-mail/contracts';
import { CATALOGUES } from './catalogues.js';
import { FIELD_MESSAGES, sayFieldMessage } from './field-messages.js';

type Words = string | ((...values: never[]) => string) | readonly Words[] | { readonly [key: string]: Words };

/** Returns every text with its path. Texts made of values get sample values, one for each plural. */
function texts(words: Words, path = ''): [string, string][] {
  if (typeof words === 'string') return [[path, words]];
  if (typeof words === 'function') {
    const say = words as (...values: unknown[]) => string;
    return [0, 1, 2, 1234].map((count) => [`${path}(${count})`, say(count, count, 'x')]);
  }
  return Object.entries(words).flatMap(([key, each]) => texts(each, `${path}/${key}`));
}

// Names and symbols that are the same in both languages.
const SAME = new Set([
  '/ownServer/connection/providers/microsoft',
  '/ownServer/connection/providers/google',
  '/page/brand',
  '/page/language/en',
  '/page/language/de',
  '/settings/preview/sampleFile',
]);
const SAME_TEXTS = /^(?:Team|Server|Port|Status|Filter|CC|BCC|Message-ID|Webhooks|Team x|Team \d+|\d+ ms)$/;

describe('the catalogues', () => {
  const english = new Map(texts(CATALOGUES.en));
  const german = new Map(texts(CATALOGUES.de));

  it('hold the same texts', () => {
    expect([...german.keys()]).toEqual([...english.keys()]);
  });

  it('leave nothing empty and nothing untranslated', () => {
    const same = [...english].filter(([path, text]) => german.get(path) === text && !SAME.has(path) && !SAME_TEXTS.test(text));
    expect(same).toEqual([]);
    expect([...english, ...german].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('speak to a German reader with umlauts, typographic quotes and no English plural', () => {
    const odd = [...german].filter(([, text]) => /"|\b(?:ae|oe|ue)\b|\bundefined\b|\bNaN\b/.test(text));
    expect(odd).toEqual([]);
  });

  it('never say that a mail was delivered or has arrived: a server only accepts it, and of some nothing comes back to us', () => {
    const claim =
      /\b(?:was|were) delivered\b|\bof these arrived\b|as far as is known|zugestellt|Zustellung|davon angekommen|soweit bekannt/i;
    const claims = [...english, ...german].filter(([, text]) => claim.test(text));
    expect(claims).toEqual([]);
  });
});

describe('large numbers', () => {
  it('are grouped in the words of troubles and of sending again too', () => {
    const of = ({ incidents, deliveries }: (typeof CATALOGUES)['en']): string[] => [
      ...[incidents.facts('then', 1234, 'now'), incidents.progress(1234, 1234), incidents.waiting(1234), incidents.notSent(1234)],
      deliveries.attention.progress(1234, 1234),
    ];
    for (const text of of(CATALOGUES.en)) expect(text.replaceAll('1,234', '')).not.toMatch(/\d/);
    for (const text of of(CATALOGUES.de)) expect(text.replaceAll('1.234', '')).not.toMatch(/\d/);
  });
});

describe('messages about fields', () => {
  it.each(['plain', ' a@b.example', 'jürgen@b.example', 'a..b@b.example', 'a@b', `${'a'.repeat(65)}@b.example`, `a@${'b.'.repeat(130)}de`])(
    'say in German what is wrong with %j',
    (address) => {
      const message = explainAddress(address);
      expect(message).not.toBeNull();
      expect(sayFieldMessage(message ?? '', 'de')).not.toBe(message);
      expect(sayFieldMessage(message ?? '', 'en')).toBe(message);
    },
  );

  it.each([
    'must be between 1 and 65535',
    'must not be empty',
    'must be one of the allowed ports 25, 465',
    'is longer than 320 characters; shorten it',
    'needs a mailbox: connect it first',
    'is not the server of the connected mailbox, which is smtp.office365.com or smtp-mail.outlook.com',
    'is refused by the provider: invalid_client',
    'is needed for this provider',
    'is needed: no person signs in whose mailbox it would be',
    'is needed: no person signs in whose directory it would be',
    'is needed: without a person a team signs in by an app of its own',
    'is needed: the key file of the service account',
    'must be the RSA key of a service account (PEM)',
    'is not an address of your signing certificate (a@b.example); remove the certificate first, and set one for the new address afterwards',
    'expired on 2026-10-01; order a new certificate',
    'is valid only from 2027-01-01 on; set it then',
    'names no e-mail address; order one for a@b.example',
    'is for boss@b.example, c@b.example and not for the sender a@b.example; order one for that address, or change the sender',
    'does not open the file; look at capital letters, umlauts and spaces',
    'lacks the certificates of its issuers; export it again with all certificates of the path',
    'is the certificate of a server and not of an authority; pin it instead',
    'expired on 2026-11-01; ask for the new one',
  ])('say in German: %s', (message) => expect(sayFieldMessage(message, 'de')).not.toBe(message));

  it('speak to clerks and not to programmers, in both languages', () => {
    const known = [...FIELD_MESSAGES, ...Object.values(SETTINGS_MESSAGES)];
    const odd = (['en', 'de'] as const).flatMap((locale) =>
      known.map((message) => sayFieldMessage(message, locale)).filter((said) => /"|Unicode|UTF-8|surrogate/.test(said)),
    );
    expect(odd).toEqual([]);
  });
});
