import { TOKEN_AUDIENCE, tokenClaims } from '@billing-mail/contracts';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { ProblemException, refusedAs } from '../http/problem.js';
import { Caller } from './caller.js';

export type TokenSource = {
  AUTH_JWT_SECRET?: string | undefined;
  AUTH_JWKS_URL?: string | undefined;
  /** Longest life of a user's token, in milliseconds. */
  AUTH_USER_TOKEN_LIFE?: number | undefined;
};

/** One day, so that a lost token is of use for no longer. */
export const USER_TOKEN_LIFE_MS = 24 * 60 * 60 * 1000;

// Asymmetric algorithms only, because a public key must never serve as the secret of an HMAC.
const JWKS_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
// NTP keeps clocks closer together than this. The clock of a container that was suspended may be further off.
const CLOCK_TOLERANCE_SECONDS = 30;

/** Checks bearer tokens: signature, audience, times, claims. */
export class TokenVerifier {
  private readonly verify: (token: string) => Promise<JWTPayload>;
  private readonly userLifeSeconds: number;

  constructor(source: TokenSource) {
    this.userLifeSeconds = (source.AUTH_USER_TOKEN_LIFE ?? USER_TOKEN_LIFE_MS) / 1000;
    const options = { audience: TOKEN_AUDIENCE, clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ['exp'] };
    if (source.AUTH_JWKS_URL) {
      const keys = keysOf(source.AUTH_JWKS_URL);
      this.verify = async (token) => (await jwtVerify(token, keys, { ...options, algorithms: JWKS_ALGORITHMS })).payload;
    } else {
      const secret = new TextEncoder().encode(source.AUTH_JWT_SECRET ?? '');
      if (secret.length < 32) throw new Error('AUTH_JWT_SECRET must have at least 32 bytes.');
      this.verify = async (token) => (await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload;
    }
  }

  /**
   * Returns the caller that the `Authorization` header stands for.
   * @throws ProblemException 401 saying whether the token is missing, expired or wrong; 503 if the keys cannot be fetched.
   */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined)
      throw refusedAs('no_token', new ProblemException(401, 'no-token', 'Send a token: "Authorization: Bearer <token>".'));
    let payload: JWTPayload;
    try {
      payload = await this.verify(token);
    } catch (error) {
      throw toProblem(error);
    }
    const claims = tokenClaims.safeParse(payload);
    if (!claims.success)
      throw new ProblemException(401, 'token-claims', 'The token does not carry the claims "sub" and "teams" or "role" as needed.');
    const caller = new Caller(claims.data, payload.iat === undefined ? null : new Date(payload.iat * 1000));
    this.checkLife(payload, caller);
    return caller;
  }

  // Without `iat` the life counts from now, so that leaving `iat` out gains nothing.
  private checkLife({ exp = Infinity, iat }: JWTPayload, caller: Caller): void {
    const now = Date.now() / 1000;
    if (iat !== undefined && !(iat <= now + CLOCK_TOLERANCE_SECONDS))
      throw new ProblemException(401, 'token-not-yet', 'The token says that it was issued later than now. Check the clocks.');
    if (!caller.isService && exp - (iat ?? now) > this.userLifeSeconds + CLOCK_TOLERANCE_SECONDS)
      throw new ProblemException(
        401,
        'token-lives-too-long',
        `The token of a user may be good for ${this.userLifeSeconds} seconds at most from "iat" to "exp".`,
      );
  }
}

/**
 * Returns a function that finds the provider's key for a token. Errors that are the token's own fault are passed on. Any other error
 * becomes a 503, because no token can be checked now.
 */
function keysOf(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url));
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (TOKEN_FAULTS.some((fault) => error instanceof fault)) throw error;
      const away = new ProblemException(
        503,
        'identity-provider-away',
        "The identity provider's keys cannot be fetched. You are still signed in; try again in a moment.",
      );
      away.cause = error;
      throw away;
    }
  };
}

// The token names a key that does not exist, names none although there are several, or names an algorithm that no key is for.
const TOKEN_FAULTS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

function toProblem(error: unknown): ProblemException {
  if (error instanceof ProblemException) return error;
  if (error instanceof errors.JWTExpired) return new ProblemException(401, 'token-expired', 'The token has expired. Sign in again.');
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'exp')
    return new ProblemException(401, 'token-without-end', 'The token never expires: the claim "exp" is missing.');
  return new ProblemException(401, 'token-invalid', 'The token is not valid here.');
}
