import { TOKEN_AUDIENCE, type TokenClaims } from '@billing-mail/contracts';
import { SignJWT } from 'jose';

/** People and a service to try things as. */
export const SAMPLE_CALLERS = {
  service: { sub: 'invoicing', role: 'service' },
  'acme-admin': { sub: 'acme-admin', teams: { acme: 'admin' } },
  'acme-member': { sub: 'acme-member', teams: { acme: 'member' } },
  'globex-admin': { sub: 'globex-admin', teams: { globex: 'admin' } },
  'initech-admin': { sub: 'initech-admin', teams: { initech: 'admin' } },
} as const satisfies Record<string, TokenClaims>;
export type SampleCaller = keyof typeof SAMPLE_CALLERS;

/** A token for each, good for thirty days. */
export async function issueTokens(secret: string): Promise<Record<SampleCaller, string>> {
  const key = new TextEncoder().encode(secret);
  const issued = Object.entries(SAMPLE_CALLERS).map(async ([name, { sub, ...claims }]) => {
    const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject(sub).setAudience(TOKEN_AUDIENCE);
    return [name, await token.setIssuedAt().setExpirationTime('30d').sign(key)] as const;
  });
  return Object.fromEntries(await Promise.all(issued)) as Record<SampleCaller, string>;
}
