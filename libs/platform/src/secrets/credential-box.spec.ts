import { createCipheriv, randomBytes } from 'node:crypto';
import { CredentialBox, sealMark, SealError, type SecretKey } from './credential-box.js';
import { smtpPasswordContext } from './seal-context.js';

const oldKey = { id: 'k1', key: randomBytes(32) };
const newKey = { id: 'k2', key: randomBytes(32) };
const account = { host: 'smtp.acme.example', port: 587, security: 'starttls', auth: { username: 'billing' } };
const context = smtpPasswordContext('acme', account);

/** Seals as it was done before a seal was bound to the account. */
function sealedEarlier({ id, key }: SecretKey, clear: string, teamId = 'acme'): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(JSON.stringify(['v1', id, teamId, 'smtp.password'])));
  const text = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
  return ['v1', id, ...[iv, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.');
}

describe('CredentialBox', () => {
  const box = new CredentialBox([newKey, oldKey]);

  it('opens what it sealed, and seals the same text differently each time', () => {
    const sealed = box.seal('pässwörd 🔑', context);
    expect(box.open(sealed, context)).toBe('pässwörd 🔑');
    expect(sealed).not.toContain('pässwörd');
    expect(box.seal('pässwörd 🔑', context)).not.toBe(sealed);
  });

  it('opens what an older key sealed, and says that it is outdated', () => {
    const sealed = new CredentialBox([oldKey]).seal('secret', context);
    expect(box.open(sealed, context)).toBe('secret');
    expect(box.isOutdated(sealed)).toBe(true);
    expect(box.isOutdated(box.seal('secret', context))).toBe(false);
  });

  it.each([
    ['another team', smtpPasswordContext('globex', account)],
    ['another field', { ...context, field: 'webhook.secret' }],
    ['another host', smtpPasswordContext('acme', { ...account, host: 'smtp.evil.example' })],
    ['another port', smtpPasswordContext('acme', { ...account, port: 25 })],
    ['another security', smtpPasswordContext('acme', { ...account, security: 'none' })],
    ['another user name', smtpPasswordContext('acme', { ...account, auth: { username: 'evil' } })],
  ])('does not open for %s', (_name, other) => {
    const sealed = box.seal('secret', context);
    expect(() => box.open(sealed, other)).toThrow(SealError);
  });

  it('does not open when any part was changed, cut or is unknown', () => {
    const sealed = box.seal('secret', context);
    const parts = sealed.split('.');
    for (const index of [1, 2, 3, 4, 5]) {
      const part = parts[index] ?? '';
      const changed = parts.with(index, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
      expect(() => box.open(changed, context)).toThrow(SealError);
    }
    expect(() => box.open(parts.with(4, (parts[4] ?? '').slice(0, 6)).join('.'), context)).toThrow(SealError);
    // No nonce at all.
    expect(() => box.open(parts.with(3, '').join('.'), context)).toThrow(SealError);
    expect(() => new CredentialBox([oldKey]).open(sealed, context)).toThrow(/k2/);
    expect(() => box.open('secret', context)).toThrow(/format/);
    // Under the name of the earlier format it would be bound to less.
    expect(() => box.open(parts.with(0, 'v1').toSpliced(2, 1).join('.'), context)).toThrow(SealError);
  });

  it('opens a seal of the earlier format for its team, says that it is outdated, and moves it', () => {
    const earlier = sealedEarlier(newKey, 'secret');
    expect(box.open(earlier, context)).toBe('secret');
    expect(box.isOutdated(earlier)).toBe(true);
    expect(() => box.open(earlier, smtpPasswordContext('globex', account))).toThrow(SealError);
    const moved = box.reseal(earlier, context);
    expect(box.isOutdated(moved)).toBe(false);
    expect(new CredentialBox([newKey]).open(moved, context)).toBe('secret');
    expect(() => box.open(moved, smtpPasswordContext('acme', { ...account, port: 25 }))).toThrow(SealError);
  });

  it('keeps the mark of a secret that is sealed anew, and gives another secret another one', () => {
    for (const sealed of [sealedEarlier(oldKey, 'secret'), new CredentialBox([oldKey]).seal('secret', context)]) {
      const moved = box.reseal(sealed, context, smtpPasswordContext('acme', { ...account, security: 'tls' }));
      expect(moved).not.toBe(sealed);
      expect(sealMark(moved)).toBe(sealMark(sealed));
    }
    expect(sealMark(box.seal('secret', context))).not.toBe(sealMark(box.seal('secret', context)));
  });
});
