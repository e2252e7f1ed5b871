import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { randomUUID, X509Certificate } from 'node:crypto';
import {
  checkSigningIdentity,
  createDetachedSignature,
  readPkcs12,
  readPkcs12InTurns,
  type SigningIdentity,
  SigningIdentityError,
} from '@billing-mail/mail-core';
import forge from 'node-forge';
import { runProgram } from './run-program.js';
import { newRsaKeyPem, packPkcs12 } from '@billing-mail/local-servers';
import { createTestIdentity } from './test-identity.js';

const FROM = 'e-invoice@platform.example';
const test = createTestIdentity({ address: FROM });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'));
  await writeFile(join(folder, 'key.pem'), test.keyPem);
  await writeFile(join(folder, 'certificate.pem'), test.certificatePem);
  await writeFile(join(folder, 'chain.pem'), test.chainPem.join(''));
});
afterAll(() => rm(folder, { recursive: true }));

async function opensslPkcs12(...args: string[]): Promise<Buffer> {
  const out = join(folder, `${randomUUID()}.p12`);
  const passout = args.includes('-passout') ? [] : ['-passout', 'pass:secret'];
  const end = await runProgram('openssl', ['pkcs12', '-export', '-out', out, ...passout, ...args], 'openssl');
  expect(end).toMatchObject({ exitCode: 0 });
  return readFile(out);
}

const pem = (name: string): string => join(folder, `${name}.pem`);
const withChain = (): string[] => ['-inkey', pem('key'), '-in', pem('certificate'), '-certfile', pem('chain')];

describe('readPkcs12', () => {
  it.each<[string, () => Promise<[Buffer, string]>]>([
    ['forge', async () => [test.p12, test.passphrase]],
    ['openssl', async () => [await opensslPkcs12(...withChain()), 'secret']],
    ['openssl -legacy', async () => [await opensslPkcs12('-legacy', ...withChain()), 'secret']],
    [
      'openssl with the chain in another order',
      async () => {
        await writeFile(pem('mixed'), [...test.chainPem].reverse().join(''));
        return [await opensslPkcs12('-inkey', pem('key'), '-in', pem('certificate'), '-certfile', pem('mixed')), 'secret'];
      },
    ],
  ])('reads key, certificate and chain as %s packs them, and leaves out the root', async (_packer, pack) => {
    const identity = readPkcs12(...(await pack()));
    const certificate = new X509Certificate(test.certificatePem);
    expect(Buffer.from(identity.certificateDer)).toEqual(certificate.raw);
    expect(identity.chainDer.map((der) => Buffer.from(der))).toEqual([new X509Certificate(test.chainPem[0] ?? '').raw]);
    expect(certificate.checkPrivateKey(identity.privateKey)).toBe(true);
    expect(identity.addresses).toEqual([FROM]);
    expect(identity.notAfter).toEqual(new Date(certificate.validTo));
  });

  describe.each(['pässwörd "of" Grüße', 'plain', ''])('with the passphrase %p', (passphrase) => {
    const opensslWith = (...args: string[]) => opensslPkcs12(...withChain(), '-passout', `pass:${passphrase}`, ...args);
    it.each<[string, () => Promise<Buffer>]>([
      ['OpenSSL 3', () => opensslWith()],
      ['OpenSSL 1, older Windows and macOS', () => opensslWith('-legacy')],
      ['Windows of today', () => opensslWith('-certpbe', 'AES-256-CBC', '-keypbe', 'AES-256-CBC', '-macalg', 'sha256', '-iter', '2000')],
      ['Windows with 3DES alone', () => opensslWith('-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1')],
      ['OpenSSL with SHA-512', () => opensslWith('-macalg', 'sha512')],
      ['OpenSSL without a seal', () => opensslWith('-nomac')],
      ['Firefox', () => nssPkcs12(passphrase)],
    ])('reads what %s writes', async (_program, write) => {
      const { certificateDer, hasRoot, chainDer } = await readPkcs12InTurns(await write(), passphrase);
      expect(Buffer.from(certificateDer)).toEqual(new X509Certificate(test.certificatePem).raw);
      expect([hasRoot, chainDer.length]).toEqual([true, 1]);
    });
  });

  it('takes umlauts as macOS types them, and as OpenSSL took them before 1.1', async () => {
    const [composed, decomposed] = ['Grüße', 'Grüße'.normalize('NFD')];
    const byteForByte = Buffer.from(composed).toString('latin1');
    for (const [written, typed] of [
      [composed, decomposed],
      [decomposed, composed],
      [byteForByte, composed],
    ] as const) {
      const bytes = await opensslPkcs12(...withChain(), '-legacy', '-passout', `pass:${written}`);
      expect(readPkcs12(bytes, typed).addresses).toEqual([FROM]);
    }
  });

  it('does not work for hours on a file that asks for it', async () => {
    const bytes = await opensslPkcs12(...withChain(), '-iter', '2048');
    expect(() => readPkcs12(growSeal(bytes), 'secret')).toThrow(expect.objectContaining({ problem: 'too_costly' }));
  });

  it('does not make a key for a seal that is longer than its kind', async () => {
    const ours = await opensslPkcs12(...withChain(), '-iter', '2048', '-macalg', 'sha256');
    for (const seal of [growDigest(ours, 64), pbmac1(ours, 64)])
      expect(() => readPkcs12(seal, 'secret')).toThrow(
        expect.objectContaining({ problem: 'unreadable', message: expect.stringContaining('MAC') }),
      );
    // A seal of the right length is reported as a wrong passphrase.
    for (const seal of [growDigest(ours, 32), pbmac1(ours, 32)])
      expect(() => readPkcs12(seal, 'secret')).toThrow(expect.objectContaining({ problem: 'passphrase_wrong' }));
  });

  it('makes its keys on another thread, while everybody else is served', async () => {
    const bytes = await opensslPkcs12(...withChain(), '-iter', '400000', '-nomac');
    const before = performance.eventLoopUtilization();
    await readPkcs12InTurns(bytes, 'secret');
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  });

  it.each<[string, RegExp, () => Promise<[Buffer, string]>]>([
    ['a wrong passphrase', /passphrase does not open/, async () => [test.p12, 'wrong']],
    ['an empty passphrase', /passphrase does not open/, async () => [test.p12, '']],
    ['PEM in place of PKCS#12', /is PEM, not PKCS#12.*openssl pkcs12 -export/, async () => [Buffer.from(test.certificatePem), 'x']],
    ['an empty file', /can't be read as PKCS#12/, async () => [Buffer.alloc(0), 'x']],
    ['something else', /can't be read as PKCS#12/, async () => [Buffer.from('%PDF-1.7 and so on'), 'x']],
    ['half a file', /can't be read as PKCS#12/, async () => [test.p12.subarray(0, 900), test.passphrase]],
    ['a file without a key', /no private key/, async () => [await opensslPkcs12('-nokeys', '-in', pem('certificate')), 'secret']],
    [
      'a file without a certificate',
      /no certificate/,
      async () => [await opensslPkcs12('-nocerts', '-inkey', pem('key'), '-in', pem('key')), 'secret'],
    ],
    [
      'a certificate of another key',
      /No certificate .* belongs to its private key/,
      async () => [packPkcs12(newRsaKeyPem(), [test.certificatePem], 'x'), 'x'],
    ],
    ['an RSA key of 1,024 bits', /1024 bits/, async () => [weak().p12, test.passphrase]],
    ['a key that is not RSA', /of type ec; an RSA key is needed/, ellipticPkcs12],
  ])('says what is wrong and how to mend it: %s', async (_case, words, make) => {
    const [bytes, passphrase] = await make();
    const read = () => readPkcs12(bytes, passphrase);
    expect(read).toThrow(SigningIdentityError);
    expect(read).toThrow(words);
  });

  it('can be posted to a worker thread and signs there alike', async () => {
    const identity = readPkcs12(test.p12, test.passphrase);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(identity);
    const posted = (receiveMessageOnPort(port2) as { message: SigningIdentity }).message;
    port1.close();
    const [digest, time] = [Buffer.alloc(32, 7), new Date('2026-11-23T08:00:00Z')];
    expect(await createDetachedSignature(digest, time, posted)).toEqual(await createDetachedSignature(digest, time, identity));
  });
});

describe('checkSigningIdentity', () => {
  const now = new Date('2026-06-15T12:00:00Z');
  const validFrom = new Date('2026-01-01T00:00:00Z');
  const validTo = new Date('2027-01-01T00:00:00Z');
  const problems = (request: Partial<Parameters<typeof createTestIdentity>[0]>, fromAddress = FROM, at = now) => {
    const { p12, passphrase } = createTestIdentity({ address: FROM, validFrom, validTo, ...request });
    return checkSigningIdentity(readPkcs12(p12, passphrase), { fromAddress, now: at }).map(
      ({ code, fatal }) => `${code}${fatal ? '!' : ''}`,
    );
  };

  it.each<[string, string[], () => string[]]>([
    ['a good certificate', [], () => problems({})],
    ['the address in other case', [], () => problems({}, 'E-Invoice@PLATFORM.example')],
    ['one of several addresses', [], () => problems({ addresses: ['other@x.example', FROM] })],
    ['no extended key usage', [], () => problems({ extendedKeyUsage: null })],
    ['nonRepudiation alone', [], () => problems({ keyUsage: { nonRepudiation: true } })],
    ['expired', ['expired!'], () => problems({}, FROM, new Date('2027-01-01T00:00:01Z'))],
    ['not yet valid', ['not_yet_valid!'], () => problems({}, FROM, new Date('2025-12-31T23:59:59Z'))],
    ['30 days left', [], () => problems({}, FROM, new Date('2026-12-02T00:00:00Z'))],
    ['less than 30 days left', ['expires_soon'], () => problems({}, FROM, new Date('2026-12-02T00:00:01Z'))],
    ['another address', ['address_missing!'], () => problems({}, 'other@platform.example')],
    ['no address at all', ['address_missing!'], () => problems({ addresses: [] })],
    ['a certificate for encryption', ['key_usage_wrong!'], () => problems({ keyUsage: { keyEncipherment: true } })],
    ['a certificate for web servers', ['extended_key_usage_wrong!'], () => problems({ extendedKeyUsage: { serverAuth: true } })],
  ])('%s', (_case, expected, find) => {
    expect(find()).toEqual(expected);
  });
});

/** Makes a file as Firefox and Thunderbird export it, with NSS: 600,000 rounds, indefinite lengths, and octet strings in pieces. */
async function nssPkcs12(passphrase: string): Promise<Buffer> {
  const database = await mkdtemp(join(folder, 'nss-'));
  const given = join(database, 'given.p12');
  const taken = join(database, 'taken.p12');
  await writeFile(given, await opensslPkcs12(...withChain(), '-name', 'signer'));
  const nss = async (program: string, ...args: string[]) =>
    expect(await runProgram(program, [...args, '-d', `sql:${database}`], 'libnss3-tools')).toMatchObject({ exitCode: 0 });
  await nss('certutil', '-N', '--empty-password');
  await nss('pk12util', '-i', given, '-W', 'secret', '-K', '');
  await nss('pk12util', '-o', taken, '-n', 'signer', '-W', passphrase, '-K', '');
  return readFile(taken);
}

/** Returns the same file with two thousand million rounds for its seal (MAC). */
function growSeal(bytes: Buffer): Buffer {
  const lengthsOf = forge.asn1.fromDer(bytes.toString('latin1'));
  const rounds = (lengthsOf.value[2] as forge.asn1.Asn1).value[2] as forge.asn1.Asn1;
  rounds.value = '\x7f\xff\xff\xff';
  return Buffer.from(forge.asn1.toDer(lengthsOf).getBytes(), 'latin1');
}

const { asn1 } = forge;
const sequence = (...value: forge.asn1.Asn1[]) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, value);
const octets = (length: number) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, 'x'.repeat(length));
const named = (oid: string, ...parameters: forge.asn1.Asn1[]) =>
  sequence(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(oid).getBytes()), ...parameters);
const rounds = (count: number) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(count).getBytes());

/** Returns the file with another seal (MAC). */
function sealedWith(bytes: Buffer, seal: (old: forge.asn1.Asn1) => forge.asn1.Asn1): Buffer {
  const file = asn1.fromDer(bytes.toString('latin1'));
  const parts = file.value as forge.asn1.Asn1[];
  parts[2] = seal(parts[2] as forge.asn1.Asn1);
  return Buffer.from(asn1.toDer(file).getBytes(), 'latin1');
}

const growDigest = (bytes: Buffer, length: number): Buffer =>
  sealedWith(bytes, ({ value }) => {
    const [info, ...rest] = value as forge.asn1.Asn1[];
    return sequence(sequence((info!.value as forge.asn1.Asn1[])[0]!, octets(length)), ...rest);
  });

/** Seals the file as OpenSSL 3.4 does (PBMAC1, RFC 9579). */
const pbmac1 = (bytes: Buffer, length: number): Buffer => {
  const hmac = named('1.2.840.113549.2.9');
  const derivation = named('1.2.840.113549.1.5.12', sequence(octets(8), rounds(2048), hmac));
  const kind = named('1.2.840.113549.1.5.14', sequence(derivation, hmac));
  return sealedWith(bytes, () => sequence(sequence(kind, octets(length)), octets(8), rounds(1)));
};

function weak(): { p12: Buffer } {
  return createTestIdentity({ address: FROM, keyPem: newRsaKeyPem(1024) });
}

async function ellipticPkcs12(): Promise<[Buffer, string]> {
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=ec'];
  await runProgram('openssl', [...request, '-keyout', pem('ec-key'), '-out', pem('ec')], 'openssl');
  return [await opensslPkcs12('-inkey', pem('ec-key'), '-in', pem('ec')), 'secret'];
}
