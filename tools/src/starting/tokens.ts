import { TOKEN_AUDIENCE, type TokenClaims } from '@billing-mail/contracts';
import { USER_TOKEN_LIFE_MS } from '@billing-mail/platform';
import { SignJWT } from 'jose';

/** Users and a service whose tokens can be used to try things out. */
export const SAMPLE_CALLERS = {
  service: { sub: 'invoicing', role: 'service' },
  'acme-admin': { sub: 'acme-admin', teams: { acme: 'admin' } },
  'acme-member': { sub: 'acme-member', teams: { acme: 'member' } },
  'globex-admin': { sub: 'globex-admin', teams: { globex: 'admin' } },
  'initech-admin': { sub: 'initech-admin', teams: { initech: 'admin' } },
} as const satisfies Record<string, TokenClaims>;
export type SampleCaller = keyof typeof SAMPLE_CALLERS;

const SERVICE_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** Issues a token for each caller. The service's is valid for thirty days, a user's for as long as the services accept one. */
export async function issueTokens(secret: string, userLifeMs = USER_TOKEN_LIFE_MS): Promise<Record<SampleCaller, string>> {
  const key = new TextEncoder().encode(secret);
  const issued = Object.entries(SAMPLE_CALLERS).map(async ([name, { sub, ...claims }]) => {
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject(sub).setAudience(TOKEN_AUDIENCE);
    const lifeMs = 'role' in claims ? SERVICE_LIFE_MS : userLifeMs;
    return [
      name,
      await token
        .setIssuedAt()
        .setExpirationTime(`${Math.floor(lifeMs / 1000)}s`)
        .sign(key),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(issued)) as Record<SampleCaller, string>;
}
