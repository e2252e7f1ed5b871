// Invalid tokens, and list cursors that no service issued.
import { TOKEN_AUDIENCE } from '@billing-mail/contracts';
import { generateKeyPair, SignJWT } from 'jose';
import { createHmac } from 'node:crypto';
import { type Attack, countStatuses, type Kind } from '../attack.js';
import { TEAM } from '../callers.js';
import { type Site } from '../site.js';

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);
const admin = { sub: 'u1', teams: { [TEAM]: 'admin' } };

const PATHS = [
  ['settings-api', `/v1/teams/${TEAM}/email-delivery`],
  ['mail-dispatcher', `/v1/teams/${TEAM}/deliveries`],
  ['notification-service', '/v1/notifications'],
] as const;

/** Returns an attack with a token that every service must refuse. */
const refused = (name: string, tries: string, authorization: (site: Site) => Promise<{ authorization: string }>): Attack => ({
  name,
  tries: `a token ${tries}`,
  expects: '401 by every service',
  run: async (attempt) => {
    const as = await authorization(attempt.site);
    const answers = await Promise.all(PATHS.map(([service, path]) => attempt.site.ask(service, path, { as })));
    for (const [index, answer] of answers.entries()) attempt.expectAnswer(PATHS[index]?.[0] ?? '', answer, [401]);
    return countStatuses(answers);
  },
});
const claims = (name: string, tries: string, changes: Record<string, unknown>): Attack =>
  refused(name, tries, (site) => site.tokenWith({ ...admin, ...changes }));

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = `${encode({ alg: 'none' })}.${encode({ ...admin, aud: 'billing-mail', exp: now() + HOUR })}.`;
/** Signs with HS384 and the right secret: only the agreed algorithm may be accepted. */
function otherAlgorithm(secret: string): string {
  const content = `${encode({ alg: 'HS384' })}.${encode({ ...admin, aud: 'billing-mail', exp: now() + HOUR })}`;
  return `${content}.${createHmac('sha384', secret).update(content).digest('base64url')}`;
}

const ODD_CURSORS = ['x', '%00', 'bnVsbA', '%22', 'eyJfX3Byb3RvX18iOjF9', Buffer.from('"\u0000"').toString('base64url'), 'x'.repeat(400)];

const cursors: Attack = {
  name: 'odd-cursor',
  tries: `${ODD_CURSORS.length} cursors that nobody gave out, in every list`,
  expects: '422 with a pointer',
  run: async (attempt) => {
    const lists = [['settings-api', `/v1/teams/${TEAM}/email-delivery/history`], PATHS[1], PATHS[2]] as const;
    const asked = lists.flatMap(([service, path]) =>
      ODD_CURSORS.map((cursor) => attempt.site.ask(service, `${path}?cursor=${cursor}`, { as: 'admin' })),
    );
    const answers = await Promise.all(asked);
    for (const answer of answers) attempt.expectAnswer('an odd cursor', answer, [422], '/cursor');
    return countStatuses(answers);
  },
};

async function signedByTheProvider(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  const token = new SignJWT(admin).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).setAudience(TOKEN_AUDIENCE).setExpirationTime('1h');
  return token.sign(privateKey);
}

const providerAway: Attack = {
  name: 'provider-away',
  tries: "a good token while the identity provider's keys can't be fetched",
  expects: '503 with Retry-After: nobody is signed out by it',
  answers5xx: [503],
  run: (attempt) =>
    attempt.site.beside('settings-api', { AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: 'http://127.0.0.1:9/keys' }, async (apart) => {
      const as = { authorization: `Bearer ${await signedByTheProvider()}` };
      const { status, headers } = await attempt.site.ask(apart, PATHS[0][1], { as });
      const retryAfter = headers.get('retry-after');
      attempt.expect(status === 503 && retryAfter !== null, `${status}, Retry-After ${retryAfter}`);
      return `${status}, Retry-After ${retryAfter}`;
    }),
};

export const tokens: Kind = {
  name: 'tokens',
  attacks: [
    claims('without-end', 'without "exp"', { exp: undefined }),
    claims('lives-long', 'of a user that is good for a week', { exp: now() + 7 * 24 * HOUR }),
    claims('begins-later', 'that was issued in an hour', { iat: now() + HOUR, exp: now() + 2 * HOUR }),
    claims('nul-in-sub', 'of a user with a NUL in its name', { sub: 'u\u00001' }),
    claims('nobody', 'of nobody', { sub: '' }),
    claims('odd-role', 'that makes its user the owner of the team', { teams: { [TEAM]: 'owner' } }),
    claims('odd-teams', 'with teams that are no object', { teams: [TEAM] }),
    claims('prototype', 'that belongs to the team "__proto__"', { teams: JSON.parse('{"__proto__":"admin"}') as object, role: 'root' }),
    refused('unsigned', 'with "alg": "none"', () => Promise.resolve({ authorization: `Bearer ${unsigned}` })),
    refused('other-algorithm', 'signed by another algorithm', (site) =>
      Promise.resolve({ authorization: `Bearer ${otherAlgorithm(site.stage.jwtSecret)}` }),
    ),
    cursors,
    providerAway,
  ],
};
