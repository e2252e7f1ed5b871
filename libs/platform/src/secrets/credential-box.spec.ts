import { randomBytes } from 'node:crypto';
import { CredentialBox, SealError } from './credential-box.js';

const oldKey = { id: 'k1', key: randomBytes(32) };
const newKey = { id: 'k2', key: randomBytes(32) };
const context = { teamId: 'acme', field: 'smtp.password' };

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
    ['another team', { teamId: 'globex', field: 'smtp.password' }],
    ['another field', { teamId: 'acme', field: 'webhook.secret' }],
  ])('does not open for %s', (_name, other) => {
    const sealed = box.seal('secret', context);
    expect(() => box.open(sealed, other)).toThrow(SealError);
  });

  it('does not open when any part was changed, cut or is unknown', () => {
    const sealed = box.seal('secret', context);
    const parts = sealed.split('.');
    for (const index of [1, 2, 3, 4]) {
      const part = parts[index] ?? '';
      const changed = parts.with(index, (part.startsWith('A') ? 'B' : 'A') + part.slice(1)).join('.');
      expect(() => box.open(changed, context)).toThrow(SealError);
    }
    expect(() => box.open(parts.with(3, (parts[3] ?? '').slice(0, 6)).join('.'), context)).toThrow(SealError);
    expect(() => new CredentialBox([oldKey]).open(sealed, context)).toThrow(/k2/);
    expect(() => box.open('secret', context)).toThrow(/format/);
  });
});
