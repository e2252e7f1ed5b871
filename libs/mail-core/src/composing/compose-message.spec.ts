import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { composeMessage } from './compose-message.js';
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

function attachment(content: Buffer, filename = 'invoice.pdf', contentType = 'application/pdf'): DraftAttachment {
  return { filename, contentType, size: content.length, open: () => Readable.from([content]) };
}

async function compose(changes: Partial<MessageDraft>): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of composeMessage({ ...DRAFT, ...changes }, null)) blocks.push(block);
  return Buffer.concat(blocks);
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
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.constantFrom(...NASTY), async (text, bytes, [, name]) => {
        const message = await compose({
          text: `${text}\nFrom \n.\n `,
          html: text,
          subject: name,
          attachments: [attachment(Buffer.from(bytes), name)],
        });
        const lines = message.toString('latin1').split('\r\n');
        expect(lines.at(-1)).toBe('');
        for (const line of lines) {
          expect(line).toMatch(/^(?!\.|From )[\t\x20-\x7e]*$/);
          expect(line.length).toBeLessThanOrEqual(300);
        }
        const body = message.subarray(message.indexOf('\r\n\r\n')).toString('latin1');
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

  it.each([4, 6])('stops when an attachment of 5 bytes gives %d', async (bytes) => {
    const wrong = { ...attachment(Buffer.alloc(bytes)), size: 5 };
    await expect(compose({ attachments: [wrong] })).rejects.toThrow(AttachmentSizeError);
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
    const endlessFile = { filename: 'a.bin', contentType: 'application/pdf', size: Number.MAX_SAFE_INTEGER, open: endless };
    const message = composeMessage({ ...DRAFT, attachments: [endlessFile] }, null);
    await message.next();
    await message.next();
    await message.return(undefined);
    expect(closed).toBe(true);
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
    ['content type with parameters', { attachments: [attachment(Buffer.alloc(1), 'a.pdf', 'text/plain; name=b.exe')] }],
  ])('refuses at once what would change the header around it: %s', (_field, changes) => {
    expect(() => composeMessage({ ...DRAFT, ...changes }, null)).toThrow(UnsafeHeaderError);
  });
});

// Repeatable and without a pattern that base64 or a line length would hide.
function randomLooking(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, index) => createHash('sha256').update(String(index)).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
