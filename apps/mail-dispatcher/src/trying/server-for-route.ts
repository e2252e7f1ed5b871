import { createHash } from 'node:crypto';
import { type TeamMailSettings } from '@billing-mail/contracts';
import { type CredentialBox, openServerTrust, sealMark, smtpPasswordContext } from '@billing-mail/platform';
import { type SmtpServer } from '@billing-mail/smtp-client';

/** The access token, if a mailbox is connected. */
export type TokenOfServer = { token: string; username: string };

/** Returns the team's own server according to its current settings; `null` if the team no longer uses one. */
export function customServerOf(
  settings: TeamMailSettings,
  box: CredentialBox,
  caPem: string | null,
  bearer: TokenOfServer | null = null,
): SmtpServer | null {
  if (settings.sender !== 'custom' || settings.smtp === null) return null;
  const { host, port, security, auth, tls } = settings.smtp;
  const trust = openServerTrust(settings.teamId, tls, caPem, box);
  if (auth.type === 'none') return { host, port, security, auth, ...trust };
  // Without a token the caller does not sign in, and needs only the server's name.
  if (auth.type === 'oauth2')
    return { host, port, security, auth: bearer === null ? { type: 'none' } : { type: 'bearer', ...bearer }, ...trust };
  const password = box.open(auth.passwordSealed, smtpPasswordContext(settings.teamId, { host, port, security, auth, tls }));
  return { host, port, security, auth: { type: 'password', username: auth.username, password }, ...trust };
}

/**
 * Returns a hash that changes when a new try could have another result: another server, other credentials, another way of sending. It
 * reveals none of them. A password that was only sealed anew counts as the same, so that rotating keys makes no waiting deliveries due.
 */
export function serverFingerprint(settings: TeamMailSettings): string {
  const { sender, smtp } = settings;
  const way = smtp && [
    smtp.host,
    smtp.port,
    smtp.security,
    smtp.auth.type,
    smtp.auth.type === 'password' && [smtp.auth.username, sealMark(smtp.auth.passwordSealed)],
    ...(smtp.auth.type === 'oauth2' ? [smtp.auth.connection?.id ?? null] : []),
    ...(smtp.tls === undefined ? [] : [smtp.tls.ca, smtp.tls.pin, smtp.tls.clientCertificate?.fingerprint]),
    ...(smtp.limits === undefined ? [] : [smtp.limits]),
  ];
  // Without a certificate nothing is added: fingerprints from releases without certificates stay valid, so that an upgrade makes no
  // deliveries due.
  const signer = settings.certificate === null ? [] : [settings.certificate.fingerprint];
  return createHash('sha256')
    .update(JSON.stringify([sender, settings.fallback, way, ...signer]))
    .digest('hex');
}
