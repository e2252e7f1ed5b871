// Seals what a team entrusts to us (its SMTP password), so that neither a database dump nor the wire shows it.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export type SecretKey = { id: string; key: Buffer };
/** What a sealed text belongs to; it opens nowhere else, so copying it to another team or field is of no use. */
export type SealContext = { teamId: string; field: string };

/** A sealed text that can't be opened; the message says why, never what. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

const FORMAT = 'v1';
const IV_BYTES = 12; // NIST SP 800-38D 5.2.1.1
const TAG_BYTES = 16;

/** AES-256-GCM with a key id in front, so that keys can be rotated: the first seals, all open. */
export class CredentialBox {
  constructor(private readonly keys: SecretKey[]) {}

  /** `v1.<key id>.<iv>.<tag>.<ciphertext>`, parts in base64url; team and field are bound as additional data. */
  seal(clear: string, context: SealContext): string {
    const [current] = this.keys;
    if (current === undefined) throw new SealError('There is no key to seal with: set SECRET_KEYS.');
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', current.key, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(current.id, context));
    const sealed = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
    return [FORMAT, current.id, iv.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join(
      '.',
    );
  }

  /** @throws SealError when the key is unknown, or the text was changed or belongs to another team or field. */
  open(sealed: string, context: SealContext): string {
    const [format, keyId = '', iv = '', tag = '', text = '', ...rest] = sealed.split('.');
    if (format !== FORMAT || rest.length > 0) throw new SealError('The sealed value has an unknown format.');
    const found = this.keys.find(({ id }) => id === keyId);
    if (found === undefined)
      throw new SealError(`The value was sealed with the key "${keyId}", which SECRET_KEYS does not hold: add it again.`);
    // Without authTagLength Node takes a tag of 4 bytes, which can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', found.key, Buffer.from(iv, 'base64url'), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(keyId, context));
    try {
      decipher.setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new SealError('The sealed value was changed, or belongs to another team or field.', { cause });
    }
  }

  /** Whether a sealed text was made with a key that is no longer the first one. */
  isOutdated(sealed: string): boolean {
    return sealed.split('.')[1] !== this.keys[0]?.id;
  }
}

function additionalData(keyId: string, context: SealContext): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, keyId, context.teamId, context.field]));
}
