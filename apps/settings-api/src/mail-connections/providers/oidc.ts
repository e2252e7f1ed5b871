import { type MailProvider } from './provider.js';

/** Any provider with a discovery document. Its mail server is named by the team, and what it calls the permission as well. */
export const oidc: MailProvider = {
  name: 'oidc',
  scopes: ['openid', 'email', 'offline_access'],
  needed: [],
  // OpenID Connect Core 11: offline_access is ignored where nobody is asked.
  extraParameters: { prompt: 'consent' },
  app: null,
  hasUserInfo: true,
  servers: [],
  troubles: [],
};
