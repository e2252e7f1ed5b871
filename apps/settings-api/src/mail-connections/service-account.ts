// The signed assertion (RFC 7523) by which a service account of Google gets a token for a mailbox of its domain.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';

/**
 * Half of the hour that Google allows. An assertion is valid from this long before to this long after now, so that our clock may be off.
 */
const HALF_LIFE_S = 30 * 60;

/** Returns the private key of a service account, or `null` if it is not an RSA key, which Google requires. */
export function signingKeyOf(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}

/** Signs the assertion. @throws Error if the stored key can't be read */
export async function assertionOf(
  { clientId, clientSecret }: { clientId: string | null; clientSecret: string | null },
  { audience, scope, mailbox }: { audience: string; scope: string; mailbox: string },
): Promise<string> {
  const key = signingKeyOf(clientSecret ?? '');
  if (key === null) throw new Error('the key of the service account can not be read');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(clientId ?? '')
    .setSubject(mailbox)
    .setAudience(audience)
    .setIssuedAt(now - HALF_LIFE_S)
    .setExpirationTime(now + HALF_LIFE_S)
    .sign(key);
}
