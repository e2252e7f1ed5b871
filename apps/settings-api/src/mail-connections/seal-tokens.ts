// Seals the tokens of a provider for storage.
import { type ConnectionIdentity, type ConnectionSecret, type CredentialBox, mailConnectionContext } from '@billing-mail/platform';
import { type NewTokens, sha256 } from './mail-connections.store.js';
import { type Tokens } from './provider-client.js';

export function sealTokens(
  box: CredentialBox,
  connection: ConnectionIdentity & { teamId: string },
  { accessToken, refreshToken, expiresInMs }: Tokens,
): NewTokens {
  const seal = (secret: ConnectionSecret, clear: string): string =>
    box.seal(clear, mailConnectionContext(connection.teamId, secret, connection));
  return {
    // Some providers return a new refresh token each time and revoke the old one; others return none.
    refreshTokenSealed: refreshToken === null ? null : seal('refresh_token', refreshToken),
    accessTokenSealed: seal('access_token', accessToken),
    accessTokenSha256: sha256(accessToken).toString('hex'),
    lifeMs: expiresInMs,
  };
}
