import { type SmtpServer } from '../smtp-server.js';
import { oauthBearer, whyTokenUnsayable, xoauth2 } from './bearer.js';
import { type Credentials } from './credentials.js';
import { type Mechanism } from './mechanism.js';
import { plain } from './plain.js';

/** The SASL mechanisms that we support, best first; to add one, write a file beside this one and name it here. */
export function waysToSignIn(credentials: Credentials, server: Pick<SmtpServer, 'host' | 'port'>): Mechanism[] {
  switch (credentials.type) {
    case 'password':
      // Over TLS the plain mechanisms are as secure as any and the most widely supported.
      return [plain(credentials), { name: 'LOGIN' }, { name: 'CRAM-MD5' }];
    case 'bearer':
      // The standard before its forerunner where a server offers both, as Google does: it says which server the token is meant for. Microsoft 365 offers XOAUTH2 only.
      return [oauthBearer(credentials, server), xoauth2(credentials)];
  }
}

/** Why credentials cannot be sent; `null` if they can. */
export const whyUnsayable = (credentials: Credentials): string | null =>
  credentials.type === 'bearer' ? whyTokenUnsayable(credentials) : null;
