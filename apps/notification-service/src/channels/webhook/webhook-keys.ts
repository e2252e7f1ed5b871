// Signatures of Standard Webhooks 1.0.0: `v1` with a secret shared with the receiver, `v1a` with a private key whose public key the
// receiver has.
import { createHmac, createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Both are random and independent, so the secret does not help to make a `v1a` signature. */
export type WebhookKeys = { secret: Buffer; seed: Buffer };

/** Standard Webhooks requires 24 to 64 bytes; an Ed25519 seed has 32 (RFC 8032, 5.1.5). */
const KEY_BYTES = 32;
/** An Ed25519 private key in PKCS#8 (RFC 8410, 7) is this prefix followed by the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export const newWebhookKeys = (): WebhookKeys => ({ secret: randomBytes(KEY_BYTES), seed: randomBytes(KEY_BYTES) });

/** Returns the text that is sealed. */
export const toText = ({ secret, seed }: WebhookKeys): string => `${secret.toString('base64')}.${seed.toString('base64')}`;

export function fromText(text: string): WebhookKeys {
  const [secret = '', seed = ''] = text.split('.');
  return { secret: Buffer.from(secret, 'base64'), seed: Buffer.from(seed, 'base64') };
}

export const shownSecret = ({ secret }: WebhookKeys): string => `whsec_${secret.toString('base64')}`;

export function shownPublicKey({ seed }: WebhookKeys): string {
  const { x = '' } = createPublicKey(privateKeyOf(seed)).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
}

/** Returns the value of the header `webhook-signature`: both kinds of signature for each pair of keys, separated by spaces. */
export function signatureOf(message: { id: string; timestamp: number; body: string }, keys: readonly WebhookKeys[]): string {
  const signed = Buffer.from(`${message.id}.${message.timestamp}.${message.body}`);
  return keys
    .flatMap(({ secret, seed }) => [
      `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
      `v1a,${sign(null, signed, privateKeyOf(seed)).toString('base64')}`,
    ])
    .join(' ');
}

const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
