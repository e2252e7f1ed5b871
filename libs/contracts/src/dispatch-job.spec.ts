// Rules for a document: its names hide nothing, its parts belong together, and fields that only we use never stop it.
import { z } from 'zod';
import {
  type DispatchJobInput,
  dispatchJobSchema,
  documentReference,
  droppedFields,
  isBase64,
  namedBy,
  sendRequestSchema,
} from './dispatch-job.js';
import { emailDeliveryInput } from './email-delivery-settings.js';
import { type FieldError, toFieldErrors } from './http.js';

const file = { filename: 'a.pdf', contentType: 'application/pdf', content: 'JVBERi0xLjc=' };
const job = (changes: object = {}): DispatchJobInput => ({
  ...{ version: 1 as const, key: 'k', teamId: 'acme', requestedBy: { userId: 'u17' }, document: { id: '1', type: 'invoice' as const } },
  ...{ to: [{ address: 'a@customer.example' }], subject: 'Invoice', text: 'Hello', attachments: [file] },
  ...changes,
});
const errorsOf = (changes: object): FieldError[] => {
  const parsed = dispatchJobSchema().safeParse(job(changes));
  return parsed.success ? [] : toFieldErrors(parsed.error);
};
/** A document all of whose fields are this text. */
const about = (text: string) => ({
  document: { id: text, type: 'invoice', number: text, recurrence: { seriesId: text, occurrence: text } },
});
const named = (filename: string) => ({ attachments: [{ ...file, filename }] });

describe('text that people read', () => {
  const hidden: [string, string, RegExp][] = [
    ['an override', 'invoice\u202efdp.exe', /U\+202E/],
    ['an embedding', 'a\u202ab', /U\+202A/],
    ['an isolate', 'a\u2066b\u2069', /U\+2066/],
    ['a blank of no width between letters', 'a\u200bb.pdf', /U\+200B/],
    ['a blank of no width alone', '\u200b', /nothing that can be seen/],
    ['joiners alone', '\u200d\u200c', /nothing that can be seen/],
    ['a Hangul filler alone', '\u3164', /nothing that can be seen/],
    ['a byte order mark', '\ufeffInvoice', /U\+FEFF/],
    ['tags that are no flag', 'a\u{e0041}', /U\+E0041/],
    ['an encoded word', '=?utf-8?q?invoice=2Eexe?=', /encoded word/],
    ['an encoded word in base64', 'x =?UTF-8?B?aW52b2ljZQ==?=', /encoded word/],
  ];
  it.each(['', ' \r\n', '\u200b', '\ufeff\n', '\u200d\u200c', '\u3164', '\u2800'])('has something to read: %j', (text) => {
    expect(errorsOf({ text })).toEqual([{ pointer: '/text', message: 'must not be empty, nor have only characters that nobody sees' }]);
  });

  it.each(hidden)('hides nothing by %s: names, file names, subjects', (_name, text, message) => {
    const said = { message: expect.stringMatching(message) };
    expect(errorsOf(named(text))).toEqual([{ pointer: '/attachments/0/filename', ...said }]);
    expect(errorsOf({ subject: text })).toEqual([{ pointer: '/subject', ...said }]);
    expect(errorsOf({ cc: [{ address: 'a@customer.example', name: text }] })).toEqual([{ pointer: '/cc/0/name', ...said }]);
    expect(errorsOf(about(text))).toEqual(
      ['id', 'number', 'recurrence/seriesId', 'recurrence/occurrence'].map((name) => ({ pointer: `/document/${name}`, ...said })),
    );
    const settings = emailDeliveryInput.safeParse({ companyName: text });
    expect(settings.success ? [] : toFieldErrors(settings.error)).toEqual([{ pointer: '/companyName', ...said }]);
  });

  it.each([
    ['Persian with a non-joiner', 'می\u200cخواهم'],
    ['Hindi with a joiner', 'क्\u200dष'],
    ['a family', '👨\u200d👩\u200d👧 Familie'],
    ['a heart with its selector', '❤\ufe0f'],
    ['the flag of Scotland', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['Hebrew with a mark of direction', 'חשבונית\u200f 42'],
    ['Khmer with the ends of its words', 'វិក្កយបត្រ\u200bលេខ'],
    ['a soft hyphen', 'Rechnungs\u00adnummer'],
    ['what only looks like an encoded word', 'a =? b ?='],
    ['a name that begins with a dot', '.invoice.pdf'],
    ['umlauts and dots', 'Rechnung … März..pdf'],
  ])('may be %s', (_name, text) => {
    expect(errorsOf({ ...named(text), ...about(text), subject: text, to: [{ address: 'a@customer.example', name: text }] })).toEqual([]);
  });

  it('is read of documents that were taken before all of this was asked of them', () => {
    expect(documentReference.parse(about('a\u202eb').document)).toEqual(about('a\u202eb').document);
  });

  it.each(['\u200b', '\u200d\u200c\n', '\u3164 '])('is not HTML alone that nobody sees: %j', (html) => {
    expect(errorsOf({ html })).toEqual([{ pointer: '/html', message: 'has nothing that can be seen; leave it out' }]);
  });

  it.each(['\u3164', 'a\u115fb', 'ü\u034f', '\uffa0'])('hides nothing before the @: %j', (local) => {
    expect(errorsOf({ to: [{ address: `${local}@customer.example` }] })).toEqual([
      { pointer: '/to/0/address', message: expect.stringContaining('before the @') },
    ]);
  });

  it.each(['.', '..', '...', '. .', '..\u200d', '\u200c.'])('is no file name where it is %p', (name) => {
    expect(errorsOf(named(name))).toEqual([{ pointer: '/attachments/0/filename', message: expect.stringMatching(/dots alone/) }]);
  });

  it('may be an empty name of a recipient, as before', () => {
    expect(errorsOf({ to: [{ address: 'a@customer.example', name: '' }] })).toEqual([]);
  });
});

describe('text that is far too long', () => {
  const address = { address: 'a@customer.example' };
  it.each<[pointer: string, says: string, changes: (text: string) => object]>([
    ['/subject', 'is longer than 998 characters; shorten it', (subject) => ({ subject })],
    ['/text', 'is larger than 1048576 bytes; shorten it', (text) => ({ text })],
    ['/html', 'is larger than 1048576 bytes; shorten it', (html) => ({ html })],
    ['/to/0/address', 'is longer than 254 characters', (text) => ({ to: [{ address: text }] })],
    ['/to/0/name', 'is longer than 320 characters; shorten it', (name) => ({ to: [{ ...address, name }] })],
    ['/attachments/0/filename', 'is longer than 255 characters; shorten it', (filename) => named(filename)],
    ['/document/id', 'is longer than 200 characters; shorten it', (id) => ({ document: { id, type: 'invoice' } })],
  ])('is not looked at any further (%s)', (pointer, says, changes) => {
    // Control characters, which each schema would also refuse.
    expect(errorsOf(changes('\u0001'.repeat(1024 * 1024 + 1)))).toEqual([{ pointer, message: says }]);
  });

  it('is told shortened where it is the name of a field', () => {
    expect(errorsOf({ ['x'.repeat(10_000)]: 1 })).toEqual([
      { pointer: `/${'x'.repeat(200)}…`, message: 'is not a known field; remove it' },
    ]);
  });
});

describe('attachments', () => {
  it('are not an empty list unless that is meant', () => {
    const said = { pointer: '/attachments', message: expect.stringContaining('"withoutDocument": true') };
    expect(errorsOf({ attachments: [] })).toEqual([said]);
    expect(errorsOf({ attachments: [], withoutDocument: false })).toEqual([said]);
    expect(errorsOf({ attachments: [], withoutDocument: true })).toEqual([]);
    expect(dispatchJobSchema().parse(job({ attachments: undefined })).attachments).toEqual([]);
    const { version: _version, key: _key, teamId: _teamId, ...body } = job({ attachments: [] });
    expect(sendRequestSchema().safeParse(body).success).toBe(false);
  });

  const logo = { filename: 'logo.png', contentType: 'image/png', content: 'iVBORw==', contentId: 'logo' };
  it.each([
    ['an image', '<img alt="" src="cid:logo">'],
    ['an image in other letters and blanks', "<IMG SRC = ' CID:logo '>"],
    ['an image without quotes', '<img src=cid:logo>'],
    ['a background', '<td background="cid:logo">'],
    ['a style', '<p style="background:url(cid:logo)">'],
    ['a style with quotes', `<style>p { background: url( 'cid:logo' ) }</style>`],
    ['an escaped name', '<img src="cid:lo%67o">'],
  ])('have the part that %s shows', (_name, html) => {
    expect(errorsOf({ html })).toEqual([{ pointer: '/html', message: 'shows cid:logo, but no attachment has "contentId": "logo"' }]);
    expect(errorsOf({ html, attachments: [file, logo] })).toEqual([]);
    expect(errorsOf({ html, attachments: [file, { ...logo, contentId: 'Logo' }] })).toHaveLength(1);
  });

  it('have content ids of their own, as HTML could mean either', () => {
    const said = (index: number) => ({
      pointer: `/attachments/${index}/contentId`,
      message: 'is that of another attachment already; give each attachment a contentId of its own',
    });
    const html = '<img src="cid:logo">';
    expect(errorsOf({ html, attachments: [file, logo, logo] })).toEqual([said(2)]);
    expect(errorsOf({ attachments: [logo, file, { ...logo, filename: 'b.png' }, logo] })).toEqual([said(2), said(3)]);
    expect(errorsOf({ html, attachments: [logo, { ...logo, contentId: 'Logo' }, file, file] })).toEqual([]);
  });

  it('need no part for what a text says, nor for what can not be looked for in time', () => {
    expect(errorsOf({ html: '<p>Your reference: cid:4711, cid = cid:4712</p>' })).toEqual([]);
    expect(errorsOf({ html: `cid: src=${' '.repeat(500_000)}url(${' '.repeat(500_000)}` })).toEqual([]);
  });
});

describe('base64', () => {
  /** The definition in RFC 4648 section 4 as a regular expression, which takes four times as long. */
  const isByTheBook = (text: string): boolean => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  const foreign = [...Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)), '\u2028', '\uff21', '\ud83d', '\u0141'];
  const placed = (text: string): string[] =>
    foreign.flatMap((one) => Array.from({ length: text.length }, (_, at) => `${text.slice(0, at)}${one}${text.slice(at + 1)}`));

  it.each(['AAAA', 'QUJDRA==', 'QUJDREU=', '+/+/abcdefgh'])(
    'is told from what is none, whichever character stands anywhere in %p',
    (text) => {
      for (const other of placed(text)) expect(`${other} ${isBase64(other)}`).toBe(`${other} ${isByTheBook(other)}`);
    },
  );

  it.each(['A', 'AA', 'AAA', 'A===', 'AA=A', '====', 'QUI=QUI=', 'QUJD\r\n', 'QUJD QUJD'])('is not %p', (text) => {
    expect(isBase64(text)).toBe(false);
  });

  it('is looked at to its end where it is long', () => {
    const long = 'QUJD'.repeat(200_000);
    expect([long, `${long}QQ==`, `${long}Q!==`, `${long.slice(0, -1)}-`].map(isBase64)).toEqual([true, true, false, false]);
  });
});

describe('who hears of trouble', () => {
  const readAll = (sent: unknown) => {
    const { requestedBy } = dispatchJobSchema().parse({ ...job(), requestedBy: sent });
    return { requestedBy, dropped: droppedFields({ requestedBy: sent }, { requestedBy }) };
  };
  const read = (changes: object) => {
    const { requestedBy, dropped } = readAll({ userId: 'u17', ...changes });
    return [requestedBy.email, requestedBy.locale, dropped];
  };

  it.each([
    ['de', 'de'],
    ['de_DE', 'de'],
    ['de-AT', 'de'],
    ['DE', 'de'],
    ['de_DE.UTF-8', 'de'],
    [' en ', 'en'],
    ['en_GB', 'en'],
  ])('has the language of %p: %s', (locale, language) => {
    expect(read({ locale })).toEqual([undefined, language, []]);
  });

  it.each(['eo', 'deutsch', 'den', '', 7, null, {}])('has no language by the locale %p, and the document goes out', (locale) => {
    expect(read({ locale })).toEqual([undefined, undefined, ['/requestedBy/locale']]);
  });

  it.each(['no', 'a@', 7, null, ['a@b.example']])('has no address by %p, and the document goes out', (email) => {
    expect(read({ email, locale: 'de' })).toEqual([undefined, 'de', ['/requestedBy/email']]);
  });

  const about = { email: 'clerk@acme.example', locale: 'de' };
  it.each([
    ['is not there', undefined],
    ['is empty', ''],
    ['has a NUL', 'a\0b'],
    ['has a line end', 'a\r\nBcc: x@y.example'],
    ['has half a character', 'a\ud83d'],
    ['is too long', 'x'.repeat(201)],
    ['is far too long', 'x'.repeat(2_000_000)],
    ['is a number', 17],
    ['is null', null],
    ['is a list', ['u17']],
    ['is an object', { userId: 'u17' }],
  ])('keeps what can be read where the user %s, and the document goes out', (_name, id) => {
    const { requestedBy, dropped } = readAll({ ...about, userId: id });
    expect([requestedBy, dropped]).toEqual([about, ['/requestedBy/userId']]);
    expect(namedBy(requestedBy)).toBeNull();
  });

  it.each([undefined, null, 'u17', 17, [], [{ userId: 'u17' }]])('is nobody by %j, and the document goes out', (by) => {
    expect(readAll(by)).toEqual({ requestedBy: {}, dropped: ['/requestedBy'] });
  });

  it('may have fields that nobody knows, which are dropped, and told within bounds', () => {
    const known = { userId: 'u17', ...about };
    const read = (more: object) => readAll({ ...known, ...more });
    expect(read({ department: 'Sales' })).toEqual({ requestedBy: known, dropped: ['/requestedBy/department'] });
    expect(readAll(JSON.parse('{"userId":"u17","__proto__":{"email":"x@y.example"},"constructor":1,"toString":2}'))).toEqual({
      requestedBy: { userId: 'u17' },
      dropped: ['/requestedBy/__proto__', '/requestedBy/constructor', '/requestedBy/toString'],
    });
    expect(read({ ['a\0'.repeat(5000)]: 1 }).dropped).toEqual([`/requestedBy/${'a\ufffd'.repeat(100)}…`]);
    expect(read(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`field${index}`, 1]))).dropped).toHaveLength(20);
  });

  it('is told to publishers with the user it needs', () => {
    const described = z.toJSONSchema(dispatchJobSchema(), { io: 'input', unrepresentable: 'any' });
    expect(described.required).toContain('requestedBy');
    expect(described.properties?.['requestedBy']).toMatchObject({ required: ['userId'] });
  });

  it('is as it was where all of it can be read', () => {
    expect(read({ email: 'clerk@ACME.example', locale: 'en' })).toEqual(['clerk@acme.example', 'en', []]);
  });
});
