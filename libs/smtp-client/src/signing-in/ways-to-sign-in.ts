import { type SmtpServer } from '../smtp-server.js';
import { oauthBearer, whyTokenUnsayable, xoauth2 } from './bearer.js';
import { type Credentials } from './credentials.js';
import { type Mechanism } from './mechanism.js';
import { plain } from './plain.js';

/** Returns the SASL mechanisms that we support, best first. To add one, write a file beside this one and list it here. */
export function waysToSignIn(credentials: Credentials, server: Pick<SmtpServer, 'host' | 'port'>): Mechanism[] {
  switch (credentials.type) {
    case 'password':
      // Over TLS the plain mechanisms are as secure as any and the most widely supported.
      return [plain(credentials), { name: 'LOGIN' }, { name: 'CRAM-MD5' }];
    case 'bearer':
      // If a server offers both, as Google does, the standard comes before its predecessor, because it says which server the token is meant
      // for. Microsoft 365 offers only XOAUTH2.
      return [oauthBearer(credentials, server), xoauth2(credentials)];
  }
}

/** Returns why the credentials cannot be sent; `null` if they can. */
export const whyUnsayable = (credentials: Credentials): string | null =>
  credentials.type === 'bearer' ? whyTokenUnsayable(credentials) : null;
