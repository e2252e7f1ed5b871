// All kinds of callers that a service has to tell apart, each with the token that it would send.
import { TOKEN_AUDIENCE } from '@billing-mail/contracts';
import { type JWTPayload, SignJWT } from 'jose';

/** The team that the attacks are about; `stranger` belongs to another. */
export const TEAM = 'acme';
export const OTHER_TEAM = 'globex';

export const CALLERS = ['nobody', 'malformed', 'expired', 'elsewhere', 'stranger', 'member', 'admin', 'service'] as const;
export type CallerName = (typeof CALLERS)[number];

const HOUR = 3600;
const now = (): number => Math.floor(Date.now() / 1000);

/** Signs a token that the services accept, for one hour, unless `claims` say otherwise. `undefined` leaves a claim out. */
export function signToken(secret: string, claims: Record<string, unknown>): Promise<string> {
  const all: JWTPayload = { aud: TOKEN_AUDIENCE, iat: now(), exp: now() + HOUR, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
}

/** Returns the `Authorization` header of each caller; `undefined` for a caller without one. */
export async function authorizations(secret: string): Promise<Record<CallerName, string | undefined>> {
  const bearer = async (claims: Record<string, unknown>): Promise<string> => `Bearer ${await signToken(secret, claims)}`;
  const admin = { sub: 'acme-admin', teams: { [TEAM]: 'admin' } };
  return {
    nobody: undefined,
    malformed: 'Bearer a.b.c',
    expired: await bearer({ ...admin, iat: now() - 2 * HOUR, exp: now() - HOUR }),
    elsewhere: await bearer({ ...admin, aud: 'another-service' }),
    stranger: await bearer({ sub: 'globex-admin', teams: { [OTHER_TEAM]: 'admin' } }),
    member: await bearer({ sub: 'acme-member', teams: { [TEAM]: 'member' } }),
    admin: await bearer(admin),
    service: await bearer({ sub: 'invoicing', role: 'service' }),
  };
}
