import { randomBytes } from 'node:crypto';
import { type TeamMailSettings } from '@billing-mail/contracts';
import { CredentialBox, SealError, smtpPasswordContext } from '@billing-mail/platform';
import { settlePassword, whyPasswordIsNeeded, type WrittenServer } from './settle-password.js';

const oldKey = { id: 'k1', key: randomBytes(32) };
const newKey = { id: 'k2', key: randomBytes(32) };
const server = { host: 'smtp.acme.example', port: 587, security: 'starttls', fromAddress: 'a@acme.example' } as const;
const context = smtpPasswordContext('acme', { ...server, auth: { username: 'billing' } });
const input = (password?: string): WrittenServer => ({
  ...server,
  auth: { type: 'password', username: 'billing', ...(password === undefined ? {} : { password }) },
});
const noAuth: WrittenServer = { ...server, auth: { type: 'none' } };
const stored = (passwordSealed: string): TeamMailSettings['smtp'] => ({
  ...server,
  auth: { type: 'password', username: 'billing', passwordSealed },
});

describe('settlePassword', () => {
  const box = new CredentialBox([oldKey]);
  const sealed = box.seal('secret', context);
  const settle = (given: WrittenServer | null, before: TeamMailSettings['smtp'], by = box) => {
    const settled = settlePassword('acme', given, before, by);
    if ('error' in settled) return settled.error.message;
    return { change: settled.change, clear: settled.sealed && by.open(settled.sealed, context), sealed: settled.sealed };
  };

  it.each([
    ['a first one is set', input('secret'), null, { change: 'set', clear: 'secret' }],
    ['another one replaces it', input('other'), stored(sealed), { change: 'replaced', clear: 'other' }],
    ['the same one changes nothing', input('secret'), stored(sealed), { change: 'none', sealed }],
    ['none given keeps it', input(), stored(sealed), { change: 'none', sealed }],
    ['no sign-in removes it', noAuth, stored(sealed), { change: 'removed', sealed: null }],
    ['no server removes it', null, stored(sealed), { change: 'removed', sealed: null }],
    ['there is nothing to remove', null, null, { change: 'none', sealed: null }],
  ])('%s', (_name, given, before, outcome) => {
    expect(settle(given, before)).toMatchObject(outcome);
  });

  it('moves a kept password to the new key once SECRET_KEYS was rotated', () => {
    const rotated = new CredentialBox([newKey, oldKey]);
    for (const given of [input(), input('secret')]) {
      const kept = settle(given, stored(sealed), rotated);
      expect(kept).toMatchObject({ change: 'none', clear: 'secret' });
      expect(kept).not.toMatchObject({ sealed });
      expect(new CredentialBox([newKey]).open((kept as { sealed: string }).sealed, context)).toBe('secret');
    }
  });

  it('lets other changes be saved although the key is gone, and takes a new password', () => {
    const without = new CredentialBox([newKey]);
    expect(settlePassword('acme', input(), stored(sealed), without)).toEqual({ sealed, change: 'none' });
    expect(settle(input('secret'), stored(sealed), without)).toMatchObject({ change: 'replaced', clear: 'secret' });
  });

  it('binds a kept password to the better security that is wanted now', () => {
    const better = { ...input(), security: 'tls' } as const;
    const settled = settlePassword('acme', better, stored(sealed), box);
    const kept = 'error' in settled ? null : settled.sealed;
    expect(settled).toMatchObject({ change: 'none' });
    expect(box.open(kept ?? '', smtpPasswordContext('acme', { ...server, security: 'tls', auth: { username: 'billing' } }))).toBe('secret');
    expect(() => box.open(kept ?? '', context)).toThrow(SealError);
    expect(settlePassword('acme', better, stored(sealed), new CredentialBox([newKey]))).toMatchObject({
      error: { message: /needed again/ },
    });
  });

  it('does not keep a password whose row was changed to another server or user', () => {
    const moved = { ...stored(sealed), host: 'smtp.evil.example' } as NonNullable<TeamMailSettings['smtp']>;
    const kept = settlePassword('acme', { ...input(), host: 'smtp.evil.example' }, moved, box);
    expect(() =>
      box.open(('sealed' in kept && kept.sealed) || '', smtpPasswordContext('acme', { ...moved, auth: { username: 'billing' } })),
    ).toThrow(SealError);
  });

  it('does not take a seal of another team for its own', () => {
    const foreign = box.seal('secret', { ...context, teamId: 'globex' });
    expect(settle(input('secret'), stored(foreign))).toMatchObject({ change: 'replaced' });
  });
});

describe('whyPasswordIsNeeded', () => {
  const account = { host: 'smtp.acme.example', port: 587, security: 'starttls', auth: { type: 'password', username: 'billing' } } as const;
  const kept = stored('sealed');
  const keptOverTls = kept && { ...kept, security: 'tls' as const };

  it.each([
    ['nothing changed', account, kept, null],
    ['the security got better', { ...account, security: 'tls' as const }, kept, null],
    ['the security got weaker', account, keptOverTls, /security changed/],
    [
      'the case of the username changed',
      { ...account, auth: { type: 'password' as const, username: 'Billing' } },
      kept,
      /username changed/,
    ],
    ['host and port changed', { ...account, host: 'x.example', port: 25 }, kept, /host and port changed/],
    ['nothing is stored', account, null, /none is stored/],
    ['the stored server has no sign-in', account, { ...server, auth: { type: 'none' as const } }, /none is stored/],
  ])('%s', (_name, given, before, reason) => {
    const why = whyPasswordIsNeeded(given, before);
    if (reason === null) expect(why).toBeNull();
    else expect(why).toMatch(reason);
  });
});
