// Checks how tokens are verified, which decides how much an attacker who has taken over one service may do in the others.
import { type Finding, fine, notSet, weak } from './finding.js';
import { type Site } from './site.js';

export async function lookAtTokens({ env }: Site): Promise<Finding[]> {
  const about = 'tokens';
  if (env.AUTH_JWKS_URL !== undefined) return [fine(about, `checked by the public keys at ${env.AUTH_JWKS_URL}: no service can sign one`)];
  if (env.AUTH_JWT_SECRET === undefined) return [notSet(about, 'AUTH_JWKS_URL')];
  return [
    weak(
      about,
      'checked by AUTH_JWT_SECRET, which all services share: whoever takes over one of them can sign tokens that open all teams in all services',
      'let an identity provider sign the tokens, and set AUTH_JWKS_URL to its public keys for all services',
    ),
  ];
}
