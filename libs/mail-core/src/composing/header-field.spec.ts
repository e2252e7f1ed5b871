import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { mailboxField, structuredField, textField, UnsafeHeaderError } from './header-field.js';

const word = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
  fc.constantFrom('=?utf-8?Q?x?=', '"', '\\', ',', '<a@b.example>', '=?', '?=', 'ü'.repeat(300), '😀'.repeat(300), 'a'.repeat(999), '(x)'),
);
// The characters that the contracts refuse in a line of text.
const REFUSED = /[\p{Cc}\u2028\u2029]/gu;
const line = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' ').replace(REFUSED, '').trim())
  .filter((text) => text !== '');

function expectWireForm(field: string): void {
  expect(field).toMatch(/^[\x20-\x7e\r\n]*\r\n$/);
  for (const physical of field.slice(0, -2).split('\r\n')) {
    expect(physical.length).toBeLessThanOrEqual(320);
    expect(physical.trim()).not.toBe('');
  }
  // Every line but the first is a continuation: nothing in the value has become a field.
  expect(
    field
      .slice(0, -2)
      .split('\r\n')
      .slice(1)
      .every((physical) => physical.startsWith(' ')),
  ).toBe(true);
}

describe('header fields', () => {
  it('brings any subject to the reader as written, in 7 bits and short lines', async () => {
    await fc.assert(
      fc.asyncProperty(line, async (text) => {
        const field = textField('Subject', text);
        expectWireForm(field);
        const { subject } = await simpleParser(`${field}\r\n`);
        expect(subject).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('brings any display name to the reader as written, and no address besides', async () => {
    await fc.assert(
      fc.asyncProperty(line, async (name) => {
        const field = mailboxField('From', [{ address: 'x@y.example', name }]);
        expectWireForm(field);
        const { from } = await simpleParser(`${field}\r\n`);
        expect(from?.value).toEqual([{ address: 'x@y.example', name }]);
      }),
      { numRuns: 200 },
    );
  });

  it('has encoded words of at most 75 characters that split no character', () => {
    const words = [...textField('Subject', '👩‍👩‍👧‍👦é'.repeat(50)).matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)];
    expect(words.length).toBeGreaterThan(5);
    for (const [whole, payload] of words) {
      expect(whole.length).toBeLessThanOrEqual(75);
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(payload ?? '', 'base64'))).not.toThrow();
    }
  });

  it('writes one mailbox to a line', () => {
    const field = mailboxField('To', [
      { address: 'a@b.example' },
      { address: 'c@d.example', name: 'ACME, Inc.' },
      { address: 'e@f.example', name: '' },
    ]);
    expect(field).toBe('To: a@b.example,\r\n "ACME, Inc." <c@d.example>,\r\n e@f.example\r\n');
  });

  it.each(['a\r\nBcc: x@evil.example', 'a\nb', 'a\rb', 'a\0b', 'lone \ud800 surrogate'])('refuses %j', (text) => {
    expect(() => textField('Subject', text)).toThrow(UnsafeHeaderError);
    expect(() => mailboxField('From', [{ address: 'a@b.example', name: text }])).toThrow(UnsafeHeaderError);
    expect(() => structuredField('X-Billing-Delivery', text)).toThrow(UnsafeHeaderError);
  });

  it.each(['a@b.example>\r\nX: y', 'a@b.example, evil@c.example', '"a b"@c.example', 'a@b.example\n', 'ä\u202e@b.example', ''])(
    'refuses %j as an address, without repeating it',
    (address) => {
      const write = () => mailboxField('To', [{ address }]);
      expect(write).toThrow(UnsafeHeaderError);
      if (address !== '') expect(write).not.toThrow(address);
    },
  );
});

describe('recipients whose address is no plain one', () => {
  it.each([
    [{ address: 'user.@docomo.ne.jp' }, 'To: "user."@docomo.ne.jp\r\n'],
    [{ address: 'a..b@docomo.ne.jp', name: 'Taro' }, 'To: Taro <"a..b"@docomo.ne.jp>\r\n'],
    [{ address: 'müller@acme.example' }, 'To: =?UTF-8?Q?m=C3=BCller=40acme=2Eexample?=:;\r\n'],
  ])('are shown in ASCII all the same: %j', (mailbox, field) => {
    expect(mailboxField('To', [mailbox])).toBe(field);
  });

  it('are no senders', () => {
    for (const address of ['user.@docomo.ne.jp', 'müller@acme.example'])
      expect(() => mailboxField('From', [{ address }])).toThrow(UnsafeHeaderError);
  });
});
