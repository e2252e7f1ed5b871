import { createPublicKey, verify } from 'node:crypto';
import { fromText, newWebhookKeys, shownPublicKey, shownSecret, signatureOf, toText } from './webhook-keys.js';

/** An Ed25519 public key in SPKI (RFC 8410, 4) is this prefix followed by its 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

describe('signatures of webhooks', () => {
  it('are those of Standard Webhooks', () => {
    // The example of the reference libraries of Standard Webhooks.
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
    expect(signatureOf(message, [{ ...newWebhookKeys(), secret }]).split(' ')[0]).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('are made by the seed of RFC 8032 as its public key says', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const publicKey = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    expect(shownPublicKey({ ...newWebhookKeys(), seed })).toBe(`whpk_${publicKey.toString('base64')}`);
  });

  it('are of both kinds by each key, and each key is told by its half', () => {
    const keys = [newWebhookKeys(), newWebhookKeys()];
    const message = { id: 'msg_1', timestamp: 1, body: '{"ä":1}' };
    const signatures = signatureOf(message, keys).split(' ');
    expect(signatures.map((signature) => signature.split(',')[0])).toEqual(['v1', 'v1a', 'v1', 'v1a']);
    keys.forEach((key, index) => {
      const raw = Buffer.from(shownPublicKey(key).slice('whpk_'.length), 'base64');
      const publicKey = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
      const signature = Buffer.from(signatures[2 * index + 1]?.slice('v1a,'.length) ?? '', 'base64');
      expect(verify(null, Buffer.from('msg_1.1.{"ä":1}'), publicKey, signature)).toBe(true);
      expect(signatureOf(message, [fromText(toText(key))]).split(' ')).toEqual(signatures.slice(2 * index, 2 * index + 2));
      expect(shownSecret(key)).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    });
  });
});
