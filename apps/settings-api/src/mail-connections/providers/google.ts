import { type MailProvider } from './provider.js';

export const GOOGLE_ISSUER = 'https://accounts.google.com';

/** https://developers.google.com/workspace/gmail/imap/xoauth2-protocol */
export const google: MailProvider = {
  scopes: ['openid', 'email', 'https://mail.google.com/'],
  // Google lets people deselect single permissions.
  needed: ['https://mail.google.com/'],
  // Google returns a refresh token only for the first consent, unless people are asked for consent again.
  extraParameters: { access_type: 'offline', prompt: 'consent select_account' },
  // https://developers.google.com/identity/protocols/oauth2/service-account
  app: { by: 'service_account', scope: 'https://mail.google.com/' },
  hasUserInfo: true,
  troubles: [
    { says: /Invalid JWT Signature|account not found/i, code: 'client_secret_expired' },
    { says: /iat and exp values/i, code: 'clock' },
  ],
};
