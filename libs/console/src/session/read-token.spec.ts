import { tokenClaims } from '@billing-mail/contracts';
import { readToken, roleIn } from './read-token.js';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const token = (payload: unknown): string => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`;

describe('the token', () => {
  it.each([
    ['none', null, 'missing'],
    ['an empty one', '', 'missing'],
    ['no token at all', 'nonsense', 'unreadable'],
    ['a payload that is no JSON', 'a.!!!.c', 'unreadable'],
    ['claims that are not ours', token({ name: 'x' }), 'unreadable'],
    ['one that is over', token({ sub: 'u', teams: {}, exp: NOW / 1000 }), 'expired'],
    ['one without an end', token({ sub: 'u', teams: {} }), 'signed_in'],
    ['one with umlauts', token({ sub: 'jürgen', teams: { acme: 'admin' }, exp: NOW / 1000 + 60 }), 'signed_in'],
  ])('is read: %s', (_name, value, kind) => expect(readToken(value, NOW).kind).toBe(kind));

  it.each([
    {},
    { sub: '' },
    { sub: 7 },
    { sub: 'x'.repeat(200) },
    { sub: 'x'.repeat(201) },
    { sub: 'u', role: 'service' },
    { sub: 'u', role: 'root' },
    { sub: 'u', role: null },
    { sub: 'u', teams: null },
    { sub: 'u', teams: [] },
    { sub: 'u', teams: ['acme'] },
    { sub: 'u', teams: { acme: 'owner' } },
    { sub: 'u', teams: { '../x': 'admin' } },
    { sub: 'u', teams: { acme: 'admin' }, name: 'x' },
    [],
    'text',
    null,
  ])('has the claims that the services would take, and no others: %j', (payload) => {
    const session = readToken(token(payload), NOW);
    const parsed = tokenClaims.safeParse(payload);
    expect(session.kind === 'signed_in' ? session.claims : null).toEqual(parsed.success ? parsed.data : null);
  });

  it('tells the role in a team, and no role by a name of the language', () => {
    const claims = { sub: 'u', teams: { acme: 'admin', globex: 'member' } } as const;
    expect(['acme', 'globex', 'initech', 'constructor'].map((team) => roleIn(claims, team))).toEqual(['admin', 'member', null, null]);
    expect(roleIn({ sub: 's', role: 'service' }, 'any')).toBe('admin');
  });
});
