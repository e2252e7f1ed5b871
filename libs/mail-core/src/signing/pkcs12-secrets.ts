// The cryptography of a PKCS#12 file (RFC 7292 appendix B, RFC 8018, RFC 9579): derives keys from a passphrase, checks the MAC and
// decrypts.
import { createDecipheriv, createHash, createHmac, hash, pbkdf2, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { integerOf, octetsOf, oidOf, type BerNode } from './ber.js';

/**
 * A step that cannot be divided. The caller that drives the work runs it at once on its own thread (`here`) or on another one (`apart`).
 */
export class WholeStep {
  constructor(
    readonly here: () => void,
    readonly apart: () => Promise<void>,
  ) {}
}

/**
 * Long work that yields now and then, so that the caller that drives it can let other work run in between. A step that it yields must be
 * done before the generator is resumed.
 */
export type InTurns<T> = Generator<WholeStep | undefined, T>;

/** The file cannot be opened, whatever the passphrase. */
export class Pkcs12FormError extends Error {
  override readonly name = 'Pkcs12FormError';
}

/** Opening the file would take too long. Nobody writes such files. */
export class Pkcs12CostError extends Error {
  override readonly name = 'Pkcs12CostError';
}

// Firefox writes files with 600,000 iterations, all others with a few thousand.
const MOST_ITERATIONS = 1_000_000;
const MOST_ITERATIONS_OF_FILE = 6_000_000;
const ITERATIONS_PER_TURN = 20_000;

/** How many iterations a file may still cost. */
export class Effort {
  private left = MOST_ITERATIONS_OF_FILE;

  spend(iterations: number): void {
    this.left -= iterations;
    if (iterations < 1 || iterations > MOST_ITERATIONS || this.left < 0)
      throw new Pkcs12CostError(`its key is derived in ${iterations} rounds, and at most ${MOST_ITERATIONS} are taken`);
  }
}

/**
 * Returns the ways in which programs turn a passphrase into characters, likely ones first. macOS types an umlaut as two characters; OpenSSL
 * before 1.1 took each byte of UTF-8 for a character.
 */
export function spellingsOf(passphrase: string): string[] {
  const forms = [passphrase, passphrase.normalize('NFC'), passphrase.normalize('NFD')];
  return [...new Set([...forms, ...forms.map((form) => Buffer.from(form, 'utf8').toString('latin1'))])];
}

/** BMPString with its two zero bytes (RFC 7292 B.1). */
const inUtf16 = (spelling: string): Buffer => Buffer.from(`${spelling}\0`, 'utf16le').swap16();

/**
 * The bytes that PBKDF2 starts from. The standard says UTF-8, but NSS and others take those of the older derivation, with or without its
 * two zero bytes. Latin-1 is tried last.
 */
const pbkdf2Bytes = (spelling: string): Buffer[] => {
  const wide = inUtf16(spelling);
  return [Buffer.from(spelling, 'utf8'), wide, wide.subarray(0, -2), Buffer.from(spelling, 'latin1')];
};

/** The bytes that the derivation of PKCS#12 starts from. For an empty passphrase some programs leave out the two zero bytes as well. */
const pkcs12Bytes = (spelling: string): Buffer[] => (spelling === '' ? [inUtf16(''), Buffer.alloc(0)] : [inUtf16(spelling)]);

const HASHES: Record<string, string> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const PRFS: Record<string, string> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
};
const BLOCK_CIPHERS: Record<string, { name: string; keyBytes: number }> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
};
const OLD_SCHEMES: Record<string, { keyBytes: number; rc2Bits?: number }> = {
  '1.2.840.113549.1.12.1.3': { keyBytes: 24 },
  '1.2.840.113549.1.12.1.4': { keyBytes: 16 },
  '1.2.840.113549.1.12.1.5': { keyBytes: 16, rc2Bits: 128 },
  '1.2.840.113549.1.12.1.6': { keyBytes: 5, rc2Bits: 40 },
};
const OID = { pbes2: '1.2.840.113549.1.5.13', pbkdf2: '1.2.840.113549.1.5.12', pbmac1: '1.2.840.113549.1.5.14' };

/** Whether the MAC over `content` was made with this spelling of the passphrase. */
export function* isSealedWith(spelling: string, macData: BerNode, content: Buffer, effort: Effort): InTurns<boolean> {
  const [digestInfo, salt, iterations] = macData.children();
  const [algorithm, digest] = required(digestInfo).children();
  const [oid, parameters] = required(algorithm).children();
  const expected = octetsOf(required(digest));
  const name = oidOf(required(oid));
  const macOf = (hashName: string, key: Buffer): Buffer => createHmac(hashName, key).update(content).digest();
  // The key is as long as the MAC, so a file with a longer MAC would ask for the iterations many times over.
  const ofLength = (hashName: string): string => {
    if (createHash(hashName).digest().length !== expected.length)
      throw new Pkcs12FormError('its MAC has the wrong length for its hash function');
    return hashName;
  };
  if (name === OID.pbmac1) {
    const [derivation, mac] = required(parameters).children();
    const hashName = ofLength(known(PRFS, oidOf(required(required(mac).children()[0])), 'seal'));
    for (const start of pbkdf2Bytes(spelling)) {
      const key = yield* deriveByPbkdf2(start, required(derivation), expected.length, effort);
      if (isSame(macOf(hashName, key), expected)) return true;
    }
    return false;
  }
  const hashName = ofLength(known(HASHES, name, 'seal'));
  const rounds = iterations === undefined ? 1 : integerOf(iterations);
  for (const start of pkcs12Bytes(spelling)) {
    const key = yield* derive(
      { hashName, start, salt: octetsOf(required(salt)), rounds, purpose: PURPOSE.mac, bytes: expected.length },
      effort,
    );
    if (isSame(macOf(hashName, key), expected)) return true;
  }
  return false;
}

const isSame = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

type Candidates = Generator<Buffer | WholeStep | undefined>;

/**
 * Yields a plaintext for each way of starting from this spelling, or `undefined` if it does not decrypt. The caller decides whether a
 * plaintext makes sense.
 */
export function* decrypted(spelling: string, algorithm: BerNode, text: Buffer, effort: Effort): Candidates {
  const [oid, parameters] = algorithm.children();
  const name = oidOf(required(oid));
  if (name !== OID.pbes2) {
    yield* decryptedOldWay(spelling, name, required(parameters), text, effort);
    return;
  }
  const [derivation, encryption] = required(parameters).children();
  const [cipherOid, iv] = required(encryption).children();
  const cipher = known(BLOCK_CIPHERS, oidOf(required(cipherOid)), 'encryption');
  for (const start of pbkdf2Bytes(spelling)) {
    const key = yield* deriveByPbkdf2(start, required(derivation), cipher.keyBytes, effort);
    yield openedWith(cipher.name, key, octetsOf(required(iv)), text);
  }
}

function* decryptedOldWay(spelling: string, name: string, parameters: BerNode, text: Buffer, effort: Effort): Candidates {
  const { keyBytes, rc2Bits } = known(OLD_SCHEMES, name, 'encryption');
  const [salt, iterations] = parameters.children();
  for (const start of pkcs12Bytes(spelling)) {
    const from = { hashName: 'sha1', start, salt: octetsOf(required(salt)), rounds: integerOf(required(iterations)) };
    const key = yield* derive({ ...from, purpose: PURPOSE.key, bytes: keyBytes }, effort);
    const iv = yield* derive({ ...from, purpose: PURPOSE.iv, bytes: 8 }, effort);
    // With two keys, Triple DES uses the first one again as the third.
    const full = keyBytes === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key;
    yield rc2Bits === undefined ? openedWith('des-ede3-cbc', full, iv, text) : openedWithRc2(key, rc2Bits, iv, text);
  }
}

function openedWith(cipher: string, key: Buffer, iv: Buffer, text: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv(cipher, key, iv);
    return Buffer.concat([decipher.update(text), decipher.final()]);
  } catch {
    return undefined;
  }
}

// OpenSSL 3, with which Node.js is built, no longer knows RC2, but Windows and macOS encrypt every certificate with it.
function openedWithRc2(key: Buffer, bits: number, iv: Buffer, text: Buffer): Buffer | undefined {
  const cipher = forge.rc2.createDecryptionCipher(key.toString('latin1'), bits);
  cipher.start(iv.toString('latin1'));
  cipher.update(forge.util.createBuffer(text.toString('latin1')));
  return cipher.finish() ? Buffer.from(cipher.output.getBytes(), 'latin1') : undefined;
}

function* deriveByPbkdf2(start: Buffer, derivation: BerNode, bytes: number, effort: Effort): InTurns<Buffer> {
  const [oid, parameters] = derivation.children();
  if (oidOf(required(oid)) !== OID.pbkdf2) throw new Pkcs12FormError('its key derivation function is not supported');
  const [salt, iterations, ...options] = required(parameters).children();
  const prf = options.find((option) => option.isSequence);
  const rounds = integerOf(required(iterations));
  effort.spend(rounds);
  const hashName = prf === undefined ? 'sha1' : known(PRFS, oidOf(required(prf.children()[0])), 'derivation');
  const from = [start, octetsOf(required(salt)), rounds, bytes, hashName] as const;
  let key: Buffer | undefined;
  yield new WholeStep(
    () => void (key = pbkdf2Sync(...from)),
    async () => void (key = await derivedApart(...from)),
  );
  return required(key);
}

const derivedApart = promisify(pbkdf2);

// The ID byte of RFC 7292 B.3.
const PURPOSE = { key: 1, iv: 2, mac: 3 };

type Derivation = { hashName: string; start: Buffer; salt: Buffer; rounds: number; purpose: number; bytes: number };

/** Derives a key, an IV or a MAC key (RFC 7292 B.2). */
function* derive({ hashName, start, salt, rounds, purpose, bytes }: Derivation, effort: Effort): InTurns<Buffer> {
  const block = hashName === 'sha384' || hashName === 'sha512' ? 128 : 64;
  const diversifier = Buffer.alloc(block, purpose);
  let input = Buffer.concat([filledUp(salt, block), filledUp(start, block)]);
  const made: Buffer[] = [];
  for (let length = 0; length < bytes;) {
    effort.spend(rounds);
    let output = createHash(hashName).update(diversifier).update(input).digest();
    for (let round = 1; round < rounds; round += 1) {
      output = hash(hashName, output, 'buffer');
      if (round % ITERATIONS_PER_TURN === 0) yield;
    }
    made.push(output);
    length += output.length;
    input = sumOfBlocks(input, filledUp(output, block).subarray(0, block), block);
  }
  return Buffer.concat(made).subarray(0, bytes);
}

const filledUp = (bytes: Buffer, block: number): Buffer =>
  bytes.length === 0 ? bytes : Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);

/** Adds `addend` and one to each block of `input`, as big-endian numbers of `block` bytes. */
function sumOfBlocks(input: Buffer, addend: Buffer, block: number): Buffer<ArrayBuffer> {
  const sum = Buffer.from(input);
  for (let from = 0; from < sum.length; from += block) {
    for (let at = block - 1, carry = 1; at >= 0; at -= 1) {
      carry += (sum[from + at] ?? 0) + (addend[at] ?? 0);
      sum[from + at] = carry & 0xff;
      carry >>= 8;
    }
  }
  return sum;
}

function known<T>(table: Record<string, T>, oid: string, what: string): T {
  const found = Object.hasOwn(table, oid) ? table[oid] : undefined;
  if (found === undefined) throw new Pkcs12FormError(`its ${what} is of an unknown kind, ${oid}`);
  return found;
}

function required<T>(part: T | undefined): T {
  if (part === undefined) throw new RangeError('a part is missing');
  return part;
}
