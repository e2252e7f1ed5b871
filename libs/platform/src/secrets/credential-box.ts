// Seals what a team entrusts to us, such as its SMTP password, so that neither a database dump nor the wire shows it.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type SealContext } from './seal-context.js';

export type SecretKey = { id: string; key: Buffer };

/** A sealed text that can't be opened; the message says why, never what. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Returns the result of `work`, or `null` if it meets a sealed text that can't be opened. */
export function orNullIfSealed<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

const FORMAT = 'v2';
/**
 * The earlier format, bound to team and field alone. It is still opened but no longer made; `npm run keys:rotate` moves what is left of it.
 */
const EARLIER_FORMAT = 'v1';
const IV_BYTES = 12; // NIST SP 800-38D 5.2.1.1
const TAG_BYTES = 16;
// There are about as many secrets as teams, so marks of 72 bits do not collide by chance.
const MARK_BYTES = 9;

type SealParts = { format: string; keyId: string; mark: string; iv: string; tag: string; text: string };

/** AES-256-GCM with a key id in front, so that keys can be rotated: the first seals, all open. */
export class CredentialBox {
  /**
   * @param variable where the keys come from, for whoever has to add one
   * @param onMoved called for each value that a known key does not open in the context where it should belong
   */
  constructor(
    private readonly keys: readonly SecretKey[],
    private readonly variable: 'SECRET_KEYS' | 'NOTIFICATION_SECRET_KEYS' = 'SECRET_KEYS',
    private readonly onMoved: (context: SealContext) => void = () => undefined,
  ) {}

  /** Returns `v2.<key id>.<mark>.<iv>.<tag>.<ciphertext>`, with the parts in base64url. The whole context is bound as additional data. */
  seal(clear: string, context: SealContext): string {
    return this.sealMarked(clear, context, randomBytes(MARK_BYTES).toString('base64url'));
  }

  /** Returns the clear text. @throws SealError if the key is unknown, or the text was changed or belongs to something else. */
  open(sealed: string, context: SealContext): string {
    const parts = partsOf(sealed);
    const { keyId, iv, tag, text } = parts;
    const found = this.keys.find(({ id }) => id === keyId);
    if (found === undefined)
      throw new SealError(`The value was sealed with the key "${keyId}", which ${this.variable} does not hold: add it again.`);
    try {
      // Without authTagLength Node takes a tag of 4 bytes, which can be guessed.
      const decipher = createDecipheriv('aes-256-gcm', found.key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
      decipher.setAAD(additionalData(parts, context));
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    } catch (cause) {
      this.onMoved(context);
      throw new SealError('The sealed value was changed, or belongs to another team, field or server.', { cause });
    }
  }

  /**
   * Seals the same secret anew for `to`, with the first key and in the present format. Its mark stays.
   * @throws SealError as `open` does.
   */
  reseal(sealed: string, from: SealContext, to: SealContext = from): string {
    return this.sealMarked(this.open(sealed, from), to, sealMark(sealed));
  }

  /** Whether a sealed text was made with a key that is no longer the first one, or is bound to less than it would be now. */
  isOutdated(sealed: string): boolean {
    const { format, keyId } = partsOf(sealed);
    return format !== FORMAT || keyId !== this.keys[0]?.id;
  }

  private sealMarked(clear: string, context: SealContext, mark: string): string {
    const [current] = this.keys;
    if (current === undefined) throw new SealError(`There is no key to seal with: set ${this.variable}.`);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', current.key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData({ format: FORMAT, keyId: current.id, mark }, context));
    const text = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
    const encoded = [iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'));
    return [FORMAT, current.id, mark, ...encoded].join('.');
  }
}

/**
 * Returns the mark of a sealed secret. It stays the same when the secret is sealed anew, is different for each secret that somebody sets,
 * and tells nothing about the secret.
 */
export const sealMark = (sealed: string): string => partsOf(sealed).mark;

function partsOf(sealed: string): SealParts {
  const [format = '', keyId = '', ...rest] = sealed.split('.');
  // The earlier format has no mark of its own. Its nonce, which is unique as well, serves as one.
  const [mark = '', iv = '', tag = '', text = '', ...more] = format === EARLIER_FORMAT ? [rest[0] ?? '', ...rest] : rest;
  if (![FORMAT, EARLIER_FORMAT].includes(format) || more.length > 0) throw new SealError('The sealed value has an unknown format.');
  return { format, keyId, mark, iv, tag, text };
}

function additionalData({ format, keyId, mark }: Pick<SealParts, 'format' | 'keyId' | 'mark'>, context: SealContext): Buffer {
  const { teamId, field, boundTo } = context;
  return Buffer.from(
    JSON.stringify(format === EARLIER_FORMAT ? [format, keyId, teamId, field] : [format, keyId, mark, teamId, field, boundTo]),
  );
}
