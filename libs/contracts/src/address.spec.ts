import fc from 'fast-check';
import { emailAddress, recipientAddress } from './address.js';
import { addressOnWire, asciiDomain, explainAddress, needsSmtpUtf8 } from './address-rules.js';

describe('an e-mail address', () => {
  it.each([
    ['billing@acme.example', 'billing@acme.example'],
    ["o'brien+invoices@sub.acme.example", "o'brien+invoices@sub.acme.example"],
    ['a@b.co', 'a@b.co'],
    ['{x}!#$%&*/=?^_`|~-@acme.example', '{x}!#$%&*/=?^_`|~-@acme.example'],
    ['Rechnung@Müller.example', 'Rechnung@xn--mller-kva.example'],
    ['a@ACME.Example', 'a@acme.example'],
    [`${'a'.repeat(64)}@acme.example`, `${'a'.repeat(64)}@acme.example`],
  ])('takes %s', (written, used) => {
    expect(emailAddress.parse(written)).toBe(used);
  });

  // Includes the kinds of addresses from the public isemail table that address parsers are known to let through.
  it.each([
    '',
    'test',
    '@',
    'test@',
    '@io',
    '@iana.org',
    '.test@iana.org',
    'test.@iana.org',
    'test..iana.org',
    'te..st@iana.org',
    'test_exa-mple.com',
    'test\\@test@iana.org',
    'te@st@iana.org',
    `${'a'.repeat(65)}@iana.org`,
    'test@-iana.org',
    'test@iana-.com',
    'test@.iana.org',
    'test@iana.org.',
    'test@iana..com',
    `test@${'a'.repeat(64)}.org`,
    `a@${'abcdefghi.'.repeat(26)}org`,
    '"test"@iana.org',
    '"te st"@iana.org',
    '""@iana.org',
    '"\\"@iana.org',
    'test@[127.0.0.1]',
    'test@[IPv6:::1]',
    'test@127.0.0.1',
    'test@1.2.3',
    'test@localhost',
    '(comment)test@iana.org',
    'test(comment)@iana.org',
    'test@(comment)iana.org',
    'test@iana.org(comment)',
    ' test@iana.org',
    'test@iana.org ',
    'te st@iana.org',
    'test @iana.org',
    'test@ iana.org',
    'test@iana .org',
    'test@iana.org\r\n',
    'test\r\n@iana.org',
    'test@iana.org\r\nRCPT TO:<x@y.example>',
    'test@iana.org\u0000',
    'te\u0000st@iana.org',
    'test@ian\u0000a.org',
    'test@iana.org\u2028',
    'tést@iana.org',
    'test@iana%2eorg',
    'test@iana.org/path',
    'test@iana.org:25',
    'test@user@iana.org',
    'Name <test@iana.org>',
    '<test@iana.org>',
    'test@iana.org,other@iana.org',
    'test@iana.org;other@iana.org',
    'mailto:test@iana.org?x',
    'test@exa_mple.org',
    'test@１２７.０.０.１',
  ])('refuses %j and says why', (value) => {
    const parsed = emailAddress.safeParse(value);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues[0]?.message).toMatch(/\w/);
  });

  it.each([
    ['te@st@iana.org', /more than one @/],
    ['tést@@iana.org', /more than one @/],
    ['.test@iana.org', /a dot at the beginning/],
    ['test.@iana.org', /a dot at the beginning/],
    ['te..st@iana.org', /a dot at the beginning/],
    ['test(comment)@iana.org', /a character before the @ that mail servers do not accept/],
  ])('says of %s what is wrong with it and not something else', (value, reason) => {
    expect(explainAddress(value)).toMatch(reason);
  });

  it('never lets through what could end an SMTP command or a header, whatever is typed', () => {
    const nearlyAddress = fc
      .tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('@', ''), fc.string({ unit: 'binary', maxLength: 20 }))
      .map((parts) => `${parts.join('')}.example`);
    fc.assert(
      fc.property(nearlyAddress, (value) => {
        const parsed = emailAddress.safeParse(value);
        expect(parsed.success).toBe(explainAddress(value) === null);
        if (parsed.success) expect(parsed.data).toMatch(/^[!-;=?-~]+@[a-z0-9.-]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('stays the same when it is read again', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (value) => {
        const once = emailAddress.safeParse(value);
        if (once.success) expect(emailAddress.parse(once.data)).toBe(once.data);
      }),
    );
    expect(asciiDomain('MÜLLER.example')).toBe(asciiDomain(asciiDomain('MÜLLER.example') ?? ''));
  });
});

describe('the address of a recipient', () => {
  it.each([
    ['müller@acme.example', 'müller@acme.example'],
    ['mu\u0308ller@acme.example', 'müller@acme.example'],
    ['用户.名@例子.example', '用户.名@xn--fsqu00a.example'],
    ['user.@docomo.ne.jp', 'user.@docomo.ne.jp'],
    ['a..b...c.@ezweb.ne.jp', 'a..b...c.@ezweb.ne.jp'],
    ['plain+tag@acme.example', 'plain+tag@acme.example'],
  ])('may be %s', (written, used) => {
    expect(recipientAddress.parse(written)).toBe(used);
    expect(recipientAddress.parse(used)).toBe(used);
  });

  it.each([
    'user.@acme.example',
    'a..b@acme.example',
    '.user@docomo.ne.jp',
    'user.@docomo.ne.jp.example',
    'mül ler@acme.example',
    'mül\u200bler@acme.example',
    'mül\u202eler@acme.example',
    'mül<ler@acme.example',
    'mül\r\nler@acme.example',
    'mül"ler@acme.example',
    'mül@ler@acme.example',
    '.müller@acme.example',
    'ü'.repeat(33) + '@acme.example',
    '"quoted"@docomo.ne.jp',
  ])('is not %j', (value) => {
    expect(recipientAddress.safeParse(value).success).toBe(false);
  });

  it('stands in quotes on the wire where it is an old form, and says whether it needs SMTPUTF8', () => {
    expect(['a@acme.example', 'user.@docomo.ne.jp', 'a..b@docomo.ne.jp', 'müller@acme.example'].map(addressOnWire)).toEqual([
      'a@acme.example',
      '"user."@docomo.ne.jp',
      '"a..b"@docomo.ne.jp',
      'müller@acme.example',
    ]);
    expect(['a@acme.example', 'user.@docomo.ne.jp', 'müller@acme.example'].map(needsSmtpUtf8)).toEqual([false, false, true]);
  });

  it('never has what could end an SMTP command or a header, whatever is typed', () => {
    const nearlyAddress = fc
      .tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('@docomo.ne.jp', '@acme.example'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(nearlyAddress, (value) => {
        const parsed = recipientAddress.safeParse(value);
        if (parsed.success) expect(parsed.data).toMatch(/^[!#-;=?-~\p{L}\p{M}\p{N}]+@[a-z0-9.-]+$/u);
      }),
      { numRuns: 2000 },
    );
  });
});
