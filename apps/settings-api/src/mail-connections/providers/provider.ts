import { type ConnectionTrouble, type MailProviderName, type SmtpSecurity } from '@billing-mail/contracts';

/** What the providers differ in. Adding one is a file beside this and a line in `providers.ts`. */
export type MailProvider = {
  name: MailProviderName;
  /** Scopes to ask for when a person signs in. */
  scopes: readonly string[];
  /** Scopes that must be granted, or no mail can be sent. */
  needed: readonly string[];
  /** On top of what OpenID Connect asks for. */
  extraParameters: Readonly<Record<string, string>>;
  /** How an app gets a token for itself, and for which scope; `null` where it can not. */
  app: { by: 'client_credentials' | 'service_account'; scope: string } | null;
  /** Whether its access token also opens its userinfo endpoint. */
  hasUserInfo: boolean;
  /** Mail servers that may see a token, the preset first. */
  servers: readonly { host: string; port: number; security: SmtpSecurity }[];
  /** Words of its own for what is wrong, by what its `error_description` says. */
  troubles: readonly { says: RegExp; code: ConnectionTrouble }[];
};
