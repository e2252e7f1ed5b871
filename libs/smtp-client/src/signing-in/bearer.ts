// Signs in with an OAuth 2 token: OAUTHBEARER (RFC 7628), and its predecessor XOAUTH2 from Google, which Microsoft uses too.
import { type SmtpServer } from '../smtp-server.js';
import { type TokenLogin } from './credentials.js';
import { expectWelcome, isChallenge, sayAuth, TokenRefused, type Mechanism, type Say } from './mechanism.js';

/** Separates the fields in both mechanisms; in OAUTHBEARER it is also the client's answer to an error (RFC 7628 3.2.3). */
const SEPARATOR = '\x01';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** RFC 7628 3.1: the first field is a GS2 header, in whose name `=` and `,` are escaped (RFC 5801 4). */
export function oauthBearer({ username, token }: TokenLogin, { host, port }: Pick<SmtpServer, 'host' | 'port'>): Mechanism {
  const name = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const fields = [`n,a=${name},`, `host=${host}`, `port=${port}`, `auth=Bearer ${token}`];
  return { name: 'OAUTHBEARER', signIn: (say) => giveToken(say, 'OAUTHBEARER', fields, base64(SEPARATOR)) };
}

/** https://developers.google.com/workspace/gmail/imap/xoauth2-protocol: the client answers an error with an empty line. */
export function xoauth2({ username, token }: TokenLogin): Mechanism {
  return { name: 'XOAUTH2', signIn: (say) => giveToken(say, 'XOAUTH2', [`user=${username}`, `auth=Bearer ${token}`], '') };
}

/** Returns why these credentials cannot be sent, or `null`. A separator in a name would begin a new field; RFC 6750 2.1 defines tokens. */
export function whyTokenUnsayable({ username, token }: TokenLogin): string | null {
  if (/\p{Cc}/u.test(username)) return 'the username contains characters that cannot be sent';
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(token) ? null : 'the token contains characters that mail servers do not accept';
}

/** Sends the token. A refusal comes in two steps: a challenge with the reason in JSON and, once we have answered it, the refusal itself. */
async function giveToken(say: Say, name: string, fields: readonly string[], acknowledgement: string): Promise<void> {
  const response = base64([...fields, '', ''].join(SEPARATOR));
  const reply = await sayAuth(say, name, response, (first) => isChallenge(first) && errorIn(first) === null);
  if (!isChallenge(reply)) return expectWelcome(reply);
  await say(acknowledgement);
  throw new TokenRefused(toldOf(errorIn(reply)));
}

type TokenError = { status?: unknown; scope?: unknown };

/** Parses the error in a challenge (RFC 7628 3.2.2). Returns `null` if there is none: the server asks again for what came with AUTH. */
function errorIn(challenge: string): TokenError | null {
  try {
    const error: unknown = JSON.parse(Buffer.from(challenge.slice(4), 'base64').toString('utf8'));
    return typeof error === 'object' && error !== null && !Array.isArray(error) ? error : null;
  } catch {
    return null;
  }
}

/** Returns the fields that help; the others (`schemes`, an address for discovery) do not. RFC 6749 3.3 and 5.2 define their characters. */
function toldOf(error: TokenError | null): string {
  const fields = (['status', 'scope'] as const).flatMap((field) => {
    const value = error?.[field];
    const isFit = (typeof value === 'string' || typeof value === 'number') && /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(String(value));
    return isFit ? [`${field} ${value}`] : [];
  });
  return fields.length === 0 ? '' : `the token was refused: ${fields.join(', ')}`;
}
