import { TOKEN_AUDIENCE, tokenClaims } from '@billing-mail/contracts';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { ProblemException } from '../http/problem.js';
import { Caller } from './caller.js';

export type TokenSource = { AUTH_JWT_SECRET?: string | undefined; AUTH_JWKS_URL?: string | undefined };

// Asymmetric ones only: a public key must never serve as the secret of an HMAC.
const JWKS_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;

/** Checks bearer tokens: signature, audience, times, claims. */
export class TokenVerifier {
  private readonly verify: (token: string) => Promise<unknown>;

  constructor(source: TokenSource) {
    const options = { audience: TOKEN_AUDIENCE, clockTolerance: CLOCK_TOLERANCE_SECONDS };
    if (source.AUTH_JWKS_URL) {
      const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(source.AUTH_JWKS_URL));
      this.verify = async (token) => (await jwtVerify(token, keys, { ...options, algorithms: JWKS_ALGORITHMS })).payload;
    } else {
      const secret = new TextEncoder().encode(source.AUTH_JWT_SECRET ?? '');
      if (secret.length < 32) throw new Error('AUTH_JWT_SECRET must have at least 32 bytes.');
      this.verify = async (token) => (await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload;
    }
  }

  /** @throws ProblemException 401 saying whether the token is missing, expired or wrong; 503 when the keys can't be fetched. */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new ProblemException(401, 'no-token', 'Send a token: "Authorization: Bearer <token>".');
    let payload: unknown;
    try {
      payload = await this.verify(token);
    } catch (error) {
      throw toProblem(error);
    }
    const claims = tokenClaims.safeParse(payload);
    if (!claims.success)
      throw new ProblemException(401, 'token-claims', 'The token does not carry the claims "sub" and "teams" or "role" as needed.');
    return new Caller(claims.data);
  }
}

function toProblem(error: unknown): ProblemException {
  if (error instanceof errors.JWTExpired) return new ProblemException(401, 'token-expired', 'The token has expired. Sign in again.');
  if (error instanceof errors.JWKSTimeout || (error instanceof TypeError && error.message.includes('fetch'))) {
    return new ProblemException(503, 'identity-provider-away', 'The identity provider does not answer. Try again in a moment.');
  }
  return new ProblemException(401, 'token-invalid', 'The token is not valid here.');
}
