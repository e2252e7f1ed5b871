import { type MailProvider } from './provider.js';

export const MICROSOFT_ISSUER = 'https://login.microsoftonline.com/organizations/v2.0';

/** https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth */
export const microsoft: MailProvider = {
  scopes: ['openid', 'email', 'profile', 'offline_access', 'https://outlook.office.com/SMTP.Send'],
  needed: ['https://outlook.office.com/SMTP.Send'],
  // Otherwise Microsoft takes the account that is already signed in, which may be the wrong one.
  extraParameters: { prompt: 'select_account' },
  app: { by: 'client_credentials', scope: 'https://outlook.office365.com/.default' },
  // The token is for Outlook, but the userinfo endpoint belongs to Graph.
  hasUserInfo: false,
  // https://learn.microsoft.com/entra/identity-platform/reference-error-codes
  troubles: [
    { says: /AADSTS70002(?:22|15)\b/, code: 'client_secret_expired' },
    { says: /AADSTS(?:700016|7000112|7000218|90002)\b/, code: 'client_refused' },
    { says: /AADSTS(?:65001|65004|70011|28002)\b/, code: 'permission_missing' },
    {
      says: /AADSTS(?:700082|700084|70008|50173|50076|50079|50057|50034|50053|50055|50078|530003|53003|70043|50132|50133)\b/,
      code: 'sign_in_expired',
    },
  ],
};

/** Returns the issuer of the team's own directory, in place of the directory of the person who signs in. */
export const issuerOfTenant = (issuer: string, tenant: string | undefined): string =>
  tenant === undefined ? issuer : issuer.replace(/\/(?:organizations|common)(?=\/|$)/, `/${tenant}`);
