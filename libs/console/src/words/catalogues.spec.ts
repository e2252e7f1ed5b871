import { explainAddress, LOCALES, SETTINGS_MESSAGES } from '@billing-mail/contracts';
import { type Catalogue, CATALOGUES } from './catalogues.js';
import { sayFieldMessage } from './field-messages.js';

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

// Messages about fields are asked for by the message, and tested below.
const textsOf = ({ fieldMessages: _, ...words }: Catalogue): [string, string][] => texts(words);

// Names and symbols that are the same in every language.
const SAME = new Set([
  '/ownServer/connection/providers/microsoft',
  '/ownServer/connection/providers/google',
  '/page/brand',
  '/settings/preview/sampleFile',
]);
const SAME_TEXTS = /^(?:Team|Server|Port|Status|Filter|CC|BCC|Message-ID|Webhooks|Team x|Team \d+|\d+ ms)$/;

const TRANSLATIONS = LOCALES.filter((locale) => locale !== 'en');

describe('the catalogues', () => {
  const english = new Map(textsOf(CATALOGUES.en));
  const all = LOCALES.flatMap((locale) => textsOf(CATALOGUES[locale]));

  it.each(TRANSLATIONS)('hold the same texts in %s, and leave nothing untranslated', (locale) => {
    const translated = new Map(textsOf(CATALOGUES[locale]));
    expect([...translated.keys()]).toEqual([...english.keys()]);
    const same = [...english].filter(([path, text]) => translated.get(path) === text && !SAME.has(path) && !SAME_TEXTS.test(text));
    expect(same).toEqual([]);
  });

  it('leave nothing empty', () => {
    expect(all.filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('speak with typographic quotes, and of nothing undefined', () => {
    expect(all.filter(([, text]) => /"|\bundefined\b|\bNaN\b/.test(text))).toEqual([]);
  });

  it('speak to a German reader with umlauts', () => {
    expect(textsOf(CATALOGUES.de).filter(([, text]) => /\b(?:ae|oe|ue)\b/.test(text))).toEqual([]);
  });

  it('never say that a mail was delivered or has arrived: a server only accepts it, and of some nothing comes back to us', () => {
    const claim =
      /\b(?:was|were) delivered\b|\bof these arrived\b|as far as is known|zugestellt|Zustellung|davon angekommen|soweit bekannt/i;
    expect(all.filter(([, text]) => claim.test(text))).toEqual([]);
  });
});

describe('large numbers', () => {
  it('are grouped in the words of troubles and of sending again too', () => {
    const of = ({ incidents, deliveries }: Catalogue): string[] => [
      ...[incidents.facts('then', 1234, 'now'), incidents.progress(1234, 1234), incidents.waiting(1234), incidents.notSent(1234)],
      deliveries.attention.progress(1234, 1234),
    ];
    for (const locale of LOCALES)
      for (const text of of(CATALOGUES[locale])) expect(text.replaceAll((1234).toLocaleString(locale), '')).not.toMatch(/\d/);
  });
});

describe('messages about fields', () => {
  const known = [...new Set(LOCALES.flatMap((locale) => [...CATALOGUES[locale].fieldMessages.plain.keys()]))];
  const expectTranslated = (message: string): void => {
    for (const locale of TRANSLATIONS) expect(sayFieldMessage(message, locale)).not.toBe(message);
  };

  it.each(['plain', ' a@b.example', 'jürgen@b.example', 'a..b@b.example', 'a@b', `${'a'.repeat(65)}@b.example`, `a@${'b.'.repeat(130)}de`])(
    'say what is wrong with %j',
    (address) => {
      const message = explainAddress(address);
      expect(message).not.toBeNull();
      expectTranslated(message ?? '');
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
  ])('are translated: %s', expectTranslated);

  it('are translated into every language if they are into one', () => known.forEach(expectTranslated));

  it('speak to clerks and not to programmers, in every language', () => {
    const odd = LOCALES.flatMap((locale) =>
      [...known, ...Object.values(SETTINGS_MESSAGES)]
        .map((message) => sayFieldMessage(message, locale))
        .filter((said) => /"|Unicode|UTF-8|surrogate/.test(said)),
    );
    expect(odd).toEqual([]);
  });
});
