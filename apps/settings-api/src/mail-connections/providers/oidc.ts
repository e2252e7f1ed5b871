import { type MailProvider } from './provider.js';

/** Any provider with a discovery document. The team names its mail server, and the scope that permits sending. */
export const oidc: MailProvider = {
  scopes: ['openid', 'email', 'offline_access'],
  needed: [],
  // OpenID Connect Core, 11: without a prompt for consent, `offline_access` is ignored.
  extraParameters: { prompt: 'consent' },
  app: null,
  hasUserInfo: true,
  troubles: [],
};
