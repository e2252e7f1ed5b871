import { type ConnectionTrouble } from '@billing-mail/contracts';

/** The differences between providers. To add one, write a file in this folder and add it to `providers.ts`. */
export type MailProvider = {
  /** Scopes to request when a person signs in. */
  scopes: readonly string[];
  /** Scopes without which no mail can be sent. */
  needed: readonly string[];
  /** Parameters of the authorization request in addition to those of OpenID Connect. */
  extraParameters: Readonly<Record<string, string>>;
  /** How an app gets a token for itself, and with which scope; `null` if it can't. */
  app: { by: 'client_credentials' | 'service_account'; scope: string } | null;
  /** Whether the provider's userinfo endpoint accepts the access token. */
  hasUserInfo: boolean;
  /** Troubles that the provider states in `error_description`. `clock`: our clock is wrong. */
  troubles: readonly { says: RegExp; code: ConnectionTrouble | 'clock' }[];
};
