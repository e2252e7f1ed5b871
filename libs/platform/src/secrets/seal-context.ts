import { createHash } from 'node:crypto';
import { type ServerTrust } from '@billing-mail/contracts';

/**
 * What a sealed text belongs to. It opens in no other context, so that copying it to another row, or changing what stands beside it, is of
 * no use.
 */
export type SealContext = {
  teamId: string;
  field: string;
  /** Where the secret may go, in a fixed order. */
  boundTo: readonly (string | number)[];
};

/**
 * Returns the context of the key of a team's certificate. The key signs with this certificate and no other, and the certificate says for
 * whom.
 */
export const signingKeyContext = (teamId: string, certificateDer: Uint8Array): SealContext => ({
  teamId,
  field: 'certificate.key',
  boundTo: [createHash('sha256').update(certificateDer).digest('hex')],
});

/** The account that an SMTP password is for. */
export type SmtpAccount = { host: string; port: number; security: string; auth: { username: string }; tls?: ServerTrust | undefined };

/**
 * Returns the context of the password of a team's SMTP account. Somebody who can write the row but has no key cannot have the password sent
 * to another server, as another user or in clear text. Both sealing and opening use this function.
 */
export const smtpPasswordContext = (teamId: string, { host, port, security, auth, tls }: SmtpAccount): SealContext => ({
  teamId,
  field: 'smtp.password',
  boundTo: [host, port, security, auth.username, ...trustMark(tls)],
});

/**
 * Covers what a team trusts as its server, because whoever is trusted gets the password. Empty if trust is as usual, because contexts had
 * no such part before there was any other trust.
 */
const trustMark = (tls: ServerTrust | undefined): string[] =>
  tls?.ca === undefined && tls?.pin === undefined
    ? []
    : [
        createHash('sha256')
          .update(JSON.stringify([tls.ca ?? '', tls.pin ?? '']))
          .digest('hex'),
      ];

/** Returns the context of the key of the certificate that is shown to a team's server. */
export const clientKeyContext = (teamId: string, certificateDer: Uint8Array): SealContext => ({
  ...signingKeyContext(teamId, certificateDer),
  field: 'smtp.tls.clientCertificate.key',
});

/** What identifies a team's connection to a provider. */
export type ConnectionIdentity = { provider: string; issuer: string; clientId: string | null; mailbox: string };
export type ConnectionSecret = 'client_secret' | 'refresh_token' | 'access_token';

/** Returns the context of a secret of a connection. It opens for no other provider, app or mailbox. */
export const mailConnectionContext = (
  teamId: string,
  secret: ConnectionSecret,
  { provider, issuer, clientId, mailbox }: ConnectionIdentity,
): SealContext => ({ teamId, field: `mail_connection.${secret}`, boundTo: [provider, issuer, clientId ?? '', mailbox] });

/**
 * The context of the state of a sign-in, which is sealed itself: a state that somebody has made up is recognized without a look into any
 * table.
 */
export const SIGN_IN_STATE: SealContext = { teamId: '', field: 'mail_sign_in.state', boundTo: [] };

/** Returns the context of what belongs to a sign-in that somebody has begun. */
export const mailSignInContext = (teamId: string, stateHash: string): SealContext => ({
  teamId,
  field: 'mail_sign_in',
  boundTo: [stateHash],
});

/**
 * Returns the context of a token on its way to the service that signs in by it: this connection, and no server but the one that the token
 * was asked for.
 */
export const smtpTokenContext = (teamId: string, connectionId: string, host: string): SealContext => ({
  teamId,
  field: 'smtp.token',
  boundTo: [connectionId, host.toLowerCase()],
});

/** Returns the context of the keys that sign a webhook's requests: this webhook and the address that it goes to. */
export const webhookKeysContext = (teamId: string, webhookId: string, url: string): SealContext => ({
  teamId,
  field: 'webhook.keys',
  boundTo: [webhookId, url],
});
