import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { readPkcs12 } from '../signing/signing-identity.js';
import { composeMessage, streamMessage } from './compose-message.js';
import { UnsafeHeaderError } from './header-field.js';
import { AttachmentSizeError, type DraftAttachment, type MessageDraft } from './message-draft.js';

const DRAFT: MessageDraft = {
  from: { address: 'e-invoice@platform.example', name: 'ACME GmbH' },
  replyTo: 'billing@acme.example',
  to: [{ address: 'payables@customer.example', name: 'Accounts payable' }],
  cc: [{ address: 'boss@acme.example' }],
  subject: 'Invoice 2026-0042',
  date: new Date('2026-11-23T08:00:00Z'),
  messageId: '<0193@platform.example>',
  deliveryId: '0193-abc',
  boundarySeed: '0193-abc',
  text: 'Dear customer,\nplease find the invoice attached.\n',
  html: '<p>Dear customer</p>',
  attachments: [],
};

// Made for tests and known to everybody: it must never sign mail.
const identity = readPkcs12(readFileSync(path.join(__dirname, '../signing/samples/identity.p12')), 'pässphrase "of" tests');

function attachment(content: Buffer, filename = 'invoice.pdf', contentType = 'application/pdf'): DraftAttachment & { content: Buffer } {
  return { filename, contentType, size: content.length, content };
}

const LOGO = { ...attachment(Buffer.from('png'), 'logo.png', 'image/png'), contentId: 'logo' };

function compose(changes: Partial<MessageDraft>): Promise<Buffer> {
  return composeMessage({ ...DRAFT, ...changes }, null);
}

async function* inPieces(content: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

async function collect(blocks: AsyncIterable<Buffer>): Promise<Buffer> {
  const collected: Buffer[] = [];
  for await (const block of blocks) collected.push(block);
  return Buffer.concat(collected);
}

function headerOf(message: Buffer): string {
  return message.subarray(0, message.indexOf('\r\n\r\n') + 2).toString('latin1');
}

const NASTY: [string, string][] = [
  ['specials', 'Müller & Söhne "Bau" GmbH, Köln\\Bonn; (seit 1900) <info@mueller.example>'],
  ['255 umlauts', 'ü'.repeat(255)],
  ['255 emoji', '😀'.repeat(255)],
  ['joined emoji', '👩‍👩‍👧‍👦'.repeat(30)],
  ['one word of 255', 'a'.repeat(255)],
  ['a long word before an umlaut', `${'a'.repeat(70)}ü 100% *#?=`],
  ['what looks encoded', '=?utf-8?Q?not_encoded?='],
  ['Japanese', '請求書 株式会社'.repeat(20)],
  ['apostrophes', "O'Neil's 'quoted'"],
  ['a quote at the end', 'ends in quote"'],
  ['two blanks', 'two  blanks'],
  ['percent signs', '%41%20'],
];

const files = fc.array(
  fc.record({
    name: fc.constantFrom(...NASTY.map(([, name]) => name)),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(100_000).map((size) => randomLooking(size)),
    ),
    contentId: fc.constantFrom(undefined, 'logo', 'seal@acme.example'),
  }),
  { maxLength: 3 },
);
const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('From \n.\n ', '.', '\r.\r\n', 'ü.'.repeat(100), ''));
const drafts = fc
  .record({ text: texts, html: fc.option(texts), subject: fc.constantFrom(...NASTY.map(([, name]) => name)), files })
  .map(({ files: given, ...changes }): MessageDraft => {
    const attachments = given.map(({ name, bytes, contentId }) => ({ ...attachment(Buffer.from(bytes), name), contentId }));
    return { ...DRAFT, ...changes, attachments };
  });

describe('composeMessage', () => {
  it('writes the header that the contract names and nothing else', async () => {
    expect(headerOf(await compose({ html: null }))).toBe(
      [
        'From: ACME GmbH <e-invoice@platform.example>',
        'Reply-To: billing@acme.example',
        'To: Accounts payable <payables@customer.example>',
        'Cc: boss@acme.example',
        'Subject: Invoice 2026-0042',
        'Date: Mon, 23 Nov 2026 08:00:00 +0000',
        'Message-ID: <0193@platform.example>',
        'X-Billing-Delivery: 0193-abc',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: quoted-printable',
        'Content-Type: text/plain; charset=utf-8',
        '',
      ].join('\r\n'),
    );
  });

  it('marks alerts as made by a machine and leaves out what an alert has not', async () => {
    const header = headerOf(await compose({ autoSubmitted: true, deliveryId: null, replyTo: null, cc: [] }));
    expect(header).toContain('\r\nAuto-Submitted: auto-generated\r\n');
    expect(header).not.toMatch(/^(?:X-Billing-Delivery|Reply-To|Cc):/m);
  });

  it.each(NASTY)('brings names, subject and file name to the reader as written: %s', async (_case, text) => {
    const filename = text.replace(/[\\/]/g, '_');
    const message = await compose({
      from: { address: 'e-invoice@platform.example', name: text },
      to: [
        { address: 'a@customer.example', name: text },
        { address: 'b@customer.example', name: text },
      ],
      subject: text,
      text,
      attachments: [attachment(Buffer.from('pdf'), filename), attachment(Buffer.from('<xml/>'), 'factur-x.xml', 'application/xml')],
    });
    const parsed = await simpleParser(message);
    expect(parsed.from?.value).toEqual([{ address: 'e-invoice@platform.example', name: text }]);
    expect(parsed.to).toMatchObject({
      value: [
        { address: 'a@customer.example', name: text },
        { address: 'b@customer.example', name: text },
      ],
    });
    expect(parsed.subject).toBe(text);
    expect(parsed.attachments.map((file) => [file.filename, file.contentType, file.content.toString()])).toEqual([
      [filename, 'application/pdf', 'pdf'],
      ['factur-x.xml', 'application/xml', '<xml/>'],
    ]);
  });

  it('is 7-bit with CRLF only, short lines and no line that starts with a dot or "From "', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, async (draft) => {
        const message = (await composeMessage(draft, identity)).toString('latin1');
        // The message contains nothing that ends the data of SMTP, or that servers take for its end.
        expect(message).not.toMatch(/\r\n\.|\r(?!\n)|(?<!\r)\n/);
        const lines = message.split('\r\n');
        expect(lines.at(-1)).toBe('');
        expect(lines.filter((line) => !/^(?!\.|From )[\t\x20-\x7e]{0,300}$/.test(line))).toEqual([]);
        const body = message.slice(message.indexOf('\r\n\r\n'));
        const encoded = body.split('\r\n').filter((line) => !/^(?:Content-| )/.test(line));
        expect(Math.max(...encoded.map((line) => line.length))).toBeLessThanOrEqual(76);
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same bytes for the same draft and other boundaries for another seed', async () => {
    const files = { attachments: [attachment(Buffer.alloc(5000, 'x'))] };
    expect(await compose(files)).toEqual(await compose(files));
    const boundaries = (message: Buffer) => message.toString('latin1').match(/boundary="[^"]+"/g) ?? [];
    const [one, other] = [boundaries(await compose(files)), boundaries(await compose({ ...files, boundarySeed: 'other' }))];
    expect(one).toHaveLength(2);
    expect(new Set([...one, ...other]).size).toBe(4);
  });

  it.each([20, 1024])('brings a document of %d KB to the reader byte for byte', async (kilobytes) => {
    const content = randomLooking(kilobytes * 1024);
    const { attachments } = await simpleParser(await compose({ attachments: [attachment(content)] }));
    expect(attachments[0]?.size).toBe(content.length);
    expect(sha256(attachments[0]?.content ?? Buffer.alloc(0))).toBe(sha256(content));
  });

  it.each(['message/rfc822', 'multipart/mixed', 'Message/Partial'])('sends a %s file as a plain one, whose bytes arrive', async (type) => {
    const content = Buffer.from('Subject: inner\n\nbare line ends, ümlaut \xff', 'latin1');
    const { attachments, subject } = await simpleParser(await compose({ attachments: [attachment(content, 'inner mail', type)] }));
    expect(subject).toBe(DRAFT.subject);
    expect(attachments.map((file) => [file.filename, file.contentType, file.content])).toEqual([
      ['inner mail', 'application/octet-stream', content],
    ]);
  });

  it('shows a file with a content id inside the HTML, the others beside it', async () => {
    const message = await compose({ html: '<img src="cid:logo">', attachments: [attachment(Buffer.from('pdf')), LOGO] });
    const shape = message.toString('latin1').match(/^Content-(?:Type: [^;\r]+|ID: [^\r]*|Disposition: \w+)/gm);
    expect(shape).toEqual([
      'Content-Type: multipart/mixed',
      'Content-Type: multipart/alternative',
      'Content-Type: text/plain',
      'Content-Type: multipart/related',
      'Content-Type: text/html',
      'Content-Type: image/png',
      'Content-ID: <logo>',
      'Content-Disposition: inline',
      'Content-Type: application/pdf',
      'Content-Disposition: attachment',
    ]);
    const parsed = await simpleParser(message, { keepCidLinks: true });
    expect(parsed.html).toBe('<img src="cid:logo">');
    expect(parsed.attachments.map(({ cid, related, content }) => [cid, related, content.toString()])).toEqual([
      ['logo', true, 'png'],
      [undefined, undefined, 'pdf'],
    ]);
  });

  it('takes a content id for nothing where no HTML can name it', async () => {
    const plain = { ...LOGO, contentId: undefined };
    expect(await compose({ html: null, attachments: [LOGO] })).toEqual(await compose({ html: null, attachments: [plain] }));
  });

  it.each([4, 6])('stops when an attachment of 5 bytes has %d', async (bytes) => {
    const wrong = { ...attachment(Buffer.alloc(bytes)), size: 5 };
    await expect(compose({ attachments: [wrong] })).rejects.toThrow(AttachmentSizeError);
  });

  it('refuses an attachment that has to be opened', async () => {
    const opened = { ...attachment(Buffer.alloc(1)), content: () => inPieces(Buffer.alloc(1), 1) };
    await expect(compose({ attachments: [opened] })).rejects.toThrow(TypeError);
  });

  it.each<[string, Partial<MessageDraft>]>([
    ['subject', { subject: 'x\r\nBcc: evil@evil.example' }],
    ['sender name', { from: { address: 'a@b.example', name: 'x\nBcc: evil@evil.example' } }],
    ['sender address', { from: { address: 'a@b.example>\r\nBcc: evil@evil.example' } }],
    ['Reply-To', { replyTo: 'a@b.example\r\nBcc: evil@evil.example' }],
    ['Message-ID', { messageId: '<a@b>\r\nBcc: evil@evil.example' }],
    ['Message-ID without brackets', { messageId: 'a@b' }],
    ['delivery id', { deliveryId: 'x\r\nBcc: evil@evil.example' }],
    ['file name', { attachments: [attachment(Buffer.alloc(1), 'a\r\nBcc: evil@evil.example')] }],
    ['content type', { attachments: [attachment(Buffer.alloc(1), 'a.pdf', 'application/pdf\r\nBcc: evil@evil.example')] }],
    ['content id', { attachments: [{ ...LOGO, contentId: 'logo>\r\nBcc: evil@evil.example' }] }],
    ['content type with parameters', { attachments: [attachment(Buffer.alloc(1), 'a.pdf', 'text/plain; name=b.exe')] }],
  ])('refuses at once what would change the header around it: %s', async (_field, changes) => {
    await expect(compose(changes)).rejects.toThrow(UnsafeHeaderError);
    expect(() => streamMessage({ ...DRAFT, ...changes }, null)).toThrow(UnsafeHeaderError);
  });
});

describe('streamMessage', () => {
  it('gives the bytes of composeMessage, as many as it said, from opened attachments and from Buffers', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, fc.boolean(), fc.integer({ min: 50, max: 70_000 }), async (draft, isSigned, pieceBytes) => {
        const signer = isSigned ? identity : null;
        const message = await composeMessage(draft, signer);
        const opened = draft.attachments.map((file) => ({ ...file, content: () => inPieces(file.content as Buffer, pieceBytes) }));
        for (const attachments of [opened, draft.attachments]) {
          const stream = streamMessage({ ...draft, attachments }, signer);
          expect(stream.size).toBe(message.length);
          expect((await collect(stream.blocks)).equals(message)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each([4, 6])('stops when an attachment of 5 bytes gives %d', async (bytes) => {
    const wrong = { ...attachment(Buffer.alloc(0)), size: 5, content: () => inPieces(Buffer.alloc(bytes), 3) };
    await expect(collect(streamMessage({ ...DRAFT, attachments: [wrong] }, null).blocks)).rejects.toThrow(AttachmentSizeError);
  });

  it('closes the attachment it is reading when nobody reads on', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        closed = true;
      }
    }
    const endlessFile = { ...attachment(Buffer.alloc(0)), size: Number.MAX_SAFE_INTEGER, content: endless };
    const { blocks } = streamMessage({ ...DRAFT, attachments: [endlessFile] }, null);
    await blocks.next();
    await blocks.next();
    await blocks.return(undefined);
    expect(closed).toBe(true);
  });
});

// The bytes are repeatable and have no pattern that base64 or a line length would hide.
function randomLooking(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) => createHash('sha256').update(String(index)).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
