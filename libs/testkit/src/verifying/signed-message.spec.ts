// Has signed messages judged by other programs: openssl, gpgsm, NSS, and Python's e-mail package.
import { createHash, X509Certificate } from 'node:crypto';
import {
  checkSigningIdentity,
  composeMessage,
  createDetachedSignature,
  type DraftAttachment,
  type MessageDraft,
  readPkcs12,
  resolveRecipients,
  shownInHeaders,
  streamMessage,
} from '@billing-mail/mail-core';
import fc from 'fast-check';
import forge from 'node-forge';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heldBytes } from '../processes/held-bytes.js';
import { parseWithPython } from './parse-with-python.js';
import { runProgram } from './run-program.js';
import { createTestIdentity } from './test-identity.js';
import { verifyWithGpgsm, verifyWithNss, verifyWithOpenssl } from './verifiers.js';

const FROM = 'e-invoice@platform.example';
const test = createTestIdentity({ address: FROM, name: 'Plattform für Rechnungen' });
const identity = readPkcs12(test.p12, test.passphrase);

const DRAFT: MessageDraft = {
  from: { address: FROM, name: 'Müller & Söhne "Bau" GmbH' },
  replyTo: 'billing@acme.example',
  to: [{ address: 'payables@customer.example', name: 'Kreditoren, Köln' }],
  cc: [{ address: 'boss@acme.example' }],
  subject: 'Rechnung 2026-0042 über 100 € 😀',
  date: test.signingTime,
  messageId: '<0193@platform.example>',
  deliveryId: '0193-abc',
  boundarySeed: '0193-abc',
  text: 'Sehr geehrte Damen und Herren,\nFrom here on\n.dot  \n',
  html: '<p>Grüße</p>',
  attachments: [file('Rechnung "März" 😀.pdf', 'application/pdf', 5000), file('factur-x.xml', 'application/xml', 700)],
};

const VERIFIERS: [string, (message: Buffer) => Promise<{ ok: boolean; output: string }>][] = [
  ['openssl', (message) => verifyWithOpenssl(message, { caPem: test.caPem, from: FROM })],
  ['gpgsm', (message) => verifyWithGpgsm(message, { caPem: test.caPem })],
  ['NSS', (message) => verifyWithNss(message, { caPem: test.caPem })],
];

describe.each(VERIFIERS)('a signed message, judged by %s', (_name, verify) => {
  it.each<[string, Partial<MessageDraft>]>([
    ['text, HTML and two files', {}],
    ['text and HTML', { attachments: [] }],
    ['text alone', { attachments: [], html: null }],
    ['text without a line end', { attachments: [], html: null, text: 'x' }],
    ['an empty file', { attachments: [file('empty.pdf', 'application/pdf', 0)] }],
    ['a file that ends with a full line', { attachments: [file('57.pdf', 'application/pdf', 57)] }],
    ['1 MB', { attachments: [file('large.pdf', 'application/pdf', 1024 * 1024)] }],
  ])('holds: %s', async (_case, changes) => {
    const verdict = await verify(await compose(changes));
    expect(verdict).toMatchObject({ ok: true });
  });

  it.each<[string, (message: Buffer) => number]>([
    ['the text', (message) => message.indexOf('geehrte')],
    ['a blank of the text', (message) => message.indexOf('Damen und') + 5],
    ['the header of a part', (message) => message.indexOf('application/xml') + 12],
    ['an attachment', (message) => message.indexOf(file('x', 'x/x', 5000).firstBytes.toString('base64')) + 40],
    // Changes the signature value near the end of the DER, but well before the last line, whose bits may be padding.
    ['the signature', (message) => message.lastIndexOf('\r\n--') - 150],
  ])('fails when one byte of %s changes', async (_case, place) => {
    const message = await compose({});
    const at = place(message);
    expect(at).toBeGreaterThan(0);
    message[at] = message[at] === 0x41 ? 0x42 : 0x41;
    expect(await verify(message)).toMatchObject({ ok: false });
  });
});

describe('a signed message', () => {
  it('fails with openssl when the certificate does not stand for the From address', async () => {
    const message = await compose({ from: { address: 'other@platform.example' } });
    expect(await verifyWithOpenssl(message, { caPem: test.caPem, from: 'other@platform.example' })).toMatchObject({ ok: false });
  });

  it('fails under another root', async () => {
    const { certificatePem } = createTestIdentity({ address: 'x@y.example' });
    expect(await verifyWithOpenssl(await compose({}), { caPem: certificatePem, from: FROM })).toMatchObject({ ok: false });
  });

  it('shows exactly To and Cc and holds no Bcc address anywhere', async () => {
    const mailboxes = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({ address: `${prefix}${index}@x.example` }));
    const recipients = resolveRecipients(
      { to: mailboxes('to', 3), cc: mailboxes('cc', 200), bcc: mailboxes('hidden', 1) },
      { cc: mailboxes('teamcc', 300), bcc: mailboxes('hidden', 1000) },
    );
    const message = await compose(shownInHeaders(recipients));
    const reading = await parseWithPython(message);
    expect(reading.to.map(({ address }) => ({ address }))).toEqual(mailboxes('to', 3));
    expect(reading.cc.map(({ address }) => ({ address }))).toEqual([...mailboxes('cc', 200), ...mailboxes('teamcc', 300)]);
    expect(message.toString('latin1')).not.toContain('hidden');
    expect(await verifyWithOpenssl(message, { caPem: test.caPem, from: FROM })).toMatchObject({ ok: true });
  });

  it('reads the same in Python, with a 20 MB document byte for byte', async () => {
    const files = [
      file('Rechnung "März" 😀'.repeat(10) + '.pdf', 'application/pdf', 20 * 1024 * 1024),
      file('factur-x.xml', 'application/xml', 1),
    ];
    const name = 'Größenwahn 😀, "Söhne" \\ Töchter '.repeat(9).trim();
    const reading = await parseWithPython(
      await compose({ attachments: files, subject: name, from: { address: FROM, name }, to: [{ address: 'a@b.example', name }] }),
    );
    expect(reading).toMatchObject({
      from: [{ name, address: FROM }],
      to: [{ name, address: 'a@b.example' }],
      subject: name,
      text: DRAFT.text.replaceAll('\n', '\r\n'),
      html: DRAFT.html,
    });
    expect(reading.attachments).toEqual([
      ...files.map(({ filename, contentType, sha256 }) => ({ filename, contentType, sha256: sha256() })),
      { filename: 'smime.p7s', contentType: 'application/pkcs7-signature', sha256: expect.any(String) as string },
    ]);
    expect(reading.fieldNames).toEqual([
      'From',
      'Reply-To',
      'To',
      'Cc',
      'Subject',
      'Date',
      'Message-ID',
      'X-Billing-Delivery',
      'MIME-Version',
      'Content-Type',
    ]);
  });

  it('has the same bytes each time it is composed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.nat(3000), async (text, size) => {
        const changes = { text, attachments: [file('a.pdf', 'application/pdf', size)] };
        expect((await compose(changes)).equals(await compose(changes))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('is composed in bounded memory, however large the document', async () => {
    const megabytes = 200;
    const large = file('large.pdf', 'application/pdf', megabytes * 1024 * 1024);
    const before = heldBytes();
    let [peak, bytes, measuredAt] = [0, 0, 0];
    const { size, blocks } = streamMessage({ ...DRAFT, attachments: [large] }, identity);
    for await (const block of blocks) {
      bytes += block.length;
      if (bytes - measuredAt < 16 * 1024 * 1024) continue;
      measuredAt = bytes;
      peak = Math.max(peak, heldBytes() - before);
    }
    expect(bytes).toBe(size);
    expect(bytes).toBeGreaterThan(megabytes * 1024 * 1024 * 1.36);
    expect(peak / 1024 / 1024).toBeLessThan(megabytes / 8);
  });
});

describe('createDetachedSignature', () => {
  const digest = createHash('sha256').update('x').digest();

  it('orders its attributes as DER does and copies certificates without the root', async () => {
    const signature = await createDetachedSignature(digest, new Date('2026-11-23T08:00:00.999Z'), identity);
    const { signerInfo, certificates } = await dissect(signature);
    const attributes = (signerInfo.value[3] as Composed).value.map((attribute) =>
      Buffer.from(forge.asn1.toDer(attribute).getBytes(), 'latin1'),
    );
    expect(attributes).toEqual([...attributes].sort((a, b) => Buffer.compare(a, b)));
    expect(attributes.map((attribute) => forge.asn1.derToOid(oidOf(attribute)))).toEqual([
      '1.2.840.113549.1.9.3',
      '1.2.840.113549.1.9.5',
      '1.2.840.113549.1.9.4',
      '1.2.840.113549.1.9.15',
    ]);
    const raw = [test.certificatePem, test.chainPem[0] ?? ''].map((pem) => new X509Certificate(pem).raw.toString('hex'));
    expect(new Set(certificates)).toEqual(new Set(raw));
  });

  it.each([
    ['2049-12-31T23:59:59Z', forge.asn1.Type.UTCTIME, '491231235959Z'],
    ['2050-01-01T00:00:00Z', forge.asn1.Type.GENERALIZEDTIME, '20500101000000Z'],
  ])('writes the signing time %s in the form of its year', async (time, type, written) => {
    const { signerInfo } = await dissect(await createDetachedSignature(digest, new Date(time), identity));
    const values = JSON.stringify(signerInfo.value[3]);
    expect(values).toContain(`"type":${type},"constructed":false,"composed":false,"value":"${written}"`);
  });

  it('names an issuer with a name part of two values as the certificate does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'multi-'));
    try {
      const [key, certificate, p12] = ['key.pem', 'certificate.pem', 'signer.p12'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      const extensions = ['keyUsage=digitalSignature,keyCertSign', 'extendedKeyUsage=emailProtection'].flatMap((extension) => [
        '-addext',
        extension,
      ]);
      const subject = '/O=Zwei Werte/OU=b+CN=aa+emailAddress=multi@platform.example';
      const request = [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-subj',
        subject,
        '-multivalue-rdn',
        '-utf8',
        ...extensions,
      ];
      expect(await runProgram('openssl', request, 'openssl')).toMatchObject({ exitCode: 0 });
      await runProgram('openssl', ['pkcs12', '-export', '-inkey', key, '-in', certificate, '-out', p12, '-passout', 'pass:x'], 'openssl');
      const multi = readPkcs12(await readFile(p12), 'x');
      const from = 'multi@platform.example';
      expect(checkSigningIdentity(multi, { fromAddress: from, now: new Date(), warnDays: 1 })).toEqual([]);
      const message = await composeMessage({ ...DRAFT, from: { address: from }, date: new Date(), attachments: [] }, multi);
      expect(await verifyWithOpenssl(message, { caPem: await readFile(certificate, 'utf8'), from })).toMatchObject({ ok: true });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses what is no SHA-256', async () => {
    await expect(createDetachedSignature(Buffer.alloc(20), new Date(0), identity)).rejects.toThrow(RangeError);
  });
});

type Composed = { value: forge.asn1.Asn1[] };

async function dissect(signature: Buffer): Promise<{ signerInfo: Composed; certificates: string[] }> {
  const contentInfo = forge.asn1.fromDer(signature.toString('latin1')) as unknown as {
    value: [unknown, { value: [{ value: Composed[] }] }];
  };
  const [, , , certificates, signerInfos] = contentInfo.value[1].value[0].value;
  return {
    signerInfo: signerInfos?.value[0] as unknown as Composed,
    certificates: certificates?.value.map((element) => Buffer.from(forge.asn1.toDer(element).getBytes(), 'latin1').toString('hex')) ?? [],
  };
}

function oidOf(attribute: Buffer): string {
  return attribute.subarray(4, 4 + (attribute[3] ?? 0)).toString('latin1');
}

async function compose(changes: Partial<MessageDraft>): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of streamMessage({ ...DRAFT, ...changes }, identity).blocks) blocks.push(block);
  return Buffer.concat(blocks);
}

type TestFile = DraftAttachment & { sha256: () => string; firstBytes: Buffer };

// Makes a file of bytes that repeat only every 251 blocks of 251, in pieces that do not match the line length.
function file(filename: string, contentType: string, size: number): TestFile {
  const pattern = Buffer.from(Array.from({ length: 251 * 251 }, (_, index) => (index * index + Math.floor(index / 251)) % 256));
  function* pieces(): Generator<Buffer> {
    for (let left = size; left > 0; left -= pattern.length) yield pattern.subarray(0, Math.min(left, pattern.length));
  }
  return {
    filename,
    contentType,
    size,
    firstBytes: pattern.subarray(0, 54),
    sha256: () => {
      const hash = createHash('sha256');
      for (const piece of pieces()) hash.update(piece);
      return hash.digest('hex');
    },
    content: async function* () {
      yield* pieces();
    },
  };
}
