import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { base64Lines, base64LinesSize, encodeText, streamBase64Lines, writeBase64Lines } from './transfer-encoding.js';

async function decode(encoding: string, body: string): Promise<Buffer> {
  const head = `Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  const { attachments } = await simpleParser(head + body);
  return attachments[0]?.content ?? Buffer.alloc(0);
}

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.constantFrom(
    'From me',
    '\nFrom ',
    '\n.',
    '\r\n',
    '\r',
    ' \n',
    '\t\n',
    '=',
    'ü'.repeat(80),
    '漢字'.repeat(60),
    '😀'.repeat(40),
    'x'.repeat(2000),
  ),
);

describe('encodeText', () => {
  it('decodes to the same text with CRLF, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const text = pieces.join('');
        const { encoding, body } = encodeText(text);
        expect((await decode(encoding, body)).toString()).toBe(text.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n'));
      }),
      { numRuns: 300 },
    );
  });

  it('has nothing that a relay may alter: lines of 76 at most, no 8-bit, no "From ", no dot, no blank at a line’s edge', () => {
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        for (const physical of encodeText(pieces.join('')).body.split('\r\n')) {
          expect(physical.length).toBeLessThanOrEqual(76);
          expect(physical).toMatch(/^(?!From |\.)(?:[\t\x20-\x7e]*[\x21-\x7e])?$/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['German', 'Sehr geehrte Damen und Herren, anbei Ihre Rechnung über 100 €. Mit freundlichen Grüßen', 'quoted-printable'],
    ['Japanese', '請求書をお送りいたします。ご確認ください。', 'base64'],
  ])('keeps %s small and readable', (_language, text, encoding) => {
    expect(encodeText(text).encoding).toBe(encoding);
  });
});

describe('base64 lines', () => {
  const bytesOf = fc.oneof(
    fc.uint8Array({ maxLength: 40_000 }),
    fc.constantFrom(0, 1, 56, 57, 58, 14_592, 14_593).map((size) => Buffer.alloc(size, 7)),
  );
  const linesOf = (bytes: Buffer) => `\r\n${bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n')}`;

  it('have a line end before each, and the size that was foretold', () => {
    fc.assert(
      fc.property(bytesOf, (bytes) => {
        const lines = base64Lines(Buffer.from(bytes));
        expect(lines.toString('latin1')).toBe(linesOf(Buffer.from(bytes)));
        expect(lines).toHaveLength(base64LinesSize(bytes.length));
      }),
    );
  });

  it('leave what stands around them alone', () => {
    fc.assert(
      fc.property(bytesOf, fc.nat(5), (bytes, at) => {
        const size = base64LinesSize(bytes.length);
        const out = Buffer.alloc(at + size + 5, '#');
        expect(writeBase64Lines(out, at, Buffer.from(bytes))).toBe(at + size);
        expect(out.toString('latin1')).toBe(`${'#'.repeat(at)}${linesOf(Buffer.from(bytes))}#####`);
      }),
    );
  });

  it('are the same however the source cuts its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOf, fc.array(fc.nat(20_000)), async (bytes, cuts) => {
        async function* source(): AsyncGenerator<Uint8Array> {
          let at = 0;
          for (const cut of cuts) yield bytes.subarray(at, (at += cut));
          yield bytes.subarray(at);
        }
        const blocks: Buffer[] = [];
        for await (const block of streamBase64Lines(source())) blocks.push(block);
        expect(Buffer.concat(blocks).toString('latin1')).toBe(linesOf(Buffer.from(bytes)));
      }),
    );
  });
});
