import { createHash } from 'node:crypto';
import { type ServerTrust } from '@billing-mail/contracts';

/** What a sealed text belongs to; it opens nowhere else, so that copying it to another row, or changing what stands beside it, is of no use. */
export type SealContext = {
  teamId: string;
  field: string;
  /** Where the secret may go, in a fixed order. */
  boundTo: readonly (string | number)[];
};

/** What the key of a team's certificate is sealed for: it signs with this certificate and no other, which says for whom. */
export const signingKeyContext = (teamId: string, certificateDer: Uint8Array): SealContext => ({
  teamId,
  field: 'certificate.key',
  boundTo: [createHash('sha256').update(certificateDer).digest('hex')],
});

/** The account that an SMTP password is for. */
export type SmtpAccount = { host: string; port: number; security: string; auth: { username: string }; tls?: ServerTrust | undefined };

/**
 * What the password of a team's SMTP account is sealed for: whoever can write the row, but has no key, can't send it to another server, user
 * or in clear. Who seals and who opens both ask here.
 */
export const smtpPasswordContext = (teamId: string, { host, port, security, auth, tls }: SmtpAccount): SealContext => ({
  teamId,
  field: 'smtp.password',
  boundTo: [host, port, security, auth.username, ...trustMark(tls)],
});

/** Whoever is trusted as the server gets the password. None where trust is as usual: so it was before there was another. */
const trustMark = (tls: ServerTrust | undefined): string[] =>
  tls?.ca === undefined && tls?.pin === undefined
    ? []
    : [
        createHash('sha256')
          .update(JSON.stringify([tls.ca ?? '', tls.pin ?? '']))
          .digest('hex'),
      ];

/** What the key of the certificate is sealed for that a team's server is shown. */
export const clientKeyContext = (teamId: string, certificateDer: Uint8Array): SealContext => ({
  ...signingKeyContext(teamId, certificateDer),
  field: 'smtp.tls.clientCertificate.key',
});

/** What a team's connection to a provider is made of. */
export type ConnectionIdentity = { provider: string; issuer: string; clientId: string | null; mailbox: string };
export type ConnectionSecret = 'client_secret' | 'refresh_token' | 'access_token';

/** What the secrets of a connection are sealed for: none opens for another provider, app or mailbox. */
export const mailConnectionContext = (
  teamId: string,
  secret: ConnectionSecret,
  { provider, issuer, clientId, mailbox }: ConnectionIdentity,
): SealContext => ({ teamId, field: `mail_connection.${secret}`, boundTo: [provider, issuer, clientId ?? '', mailbox] });

/** The state of a sign-in is sealed itself: one that somebody has made up is known without a look into any table. */
export const SIGN_IN_STATE: SealContext = { teamId: '', field: 'mail_sign_in.state', boundTo: [] };

/** What belongs to a sign-in that somebody has begun. */
export const mailSignInContext = (teamId: string, stateHash: string): SealContext => ({
  teamId,
  field: 'mail_sign_in',
  boundTo: [stateHash],
});

/** What a token is sealed for on its way to who signs in by it: this connection, and no server but the one that it was asked for. */
export const smtpTokenContext = (teamId: string, connectionId: string, host: string): SealContext => ({
  teamId,
  field: 'smtp.token',
  boundTo: [connectionId, host.toLowerCase()],
});

/** What the keys that sign a webhook's requests are sealed for: this webhook and the address that it goes to. */
export const webhookKeysContext = (teamId: string, webhookId: string, url: string): SealContext => ({
  teamId,
  field: 'webhook.keys',
  boundTo: [webhookId, url],
});
