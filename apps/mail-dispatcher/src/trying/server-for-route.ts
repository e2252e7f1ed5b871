import { createHash } from 'node:crypto';
import { type TeamMailSettings } from '@billing-mail/contracts';
import { type CredentialBox, openServerTrust, sealMark, smtpPasswordContext } from '@billing-mail/platform';
import { type SmtpServer } from '@billing-mail/smtp-client';

/** What is needed besides the settings where a mailbox is connected. */
export type TokenOfServer = { token: string; username: string };

/** Where a try goes, as the settings say now. `null`: the team no longer sends by its own server. */
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
  // Without a token nobody is signed in: the server is only named.
  if (auth.type === 'oauth2')
    return { host, port, security, auth: bearer === null ? { type: 'none' } : { type: 'bearer', ...bearer }, ...trust };
  const password = box.open(auth.passwordSealed, smtpPasswordContext(settings.teamId, { host, port, security, auth, tls }));
  return { host, port, security, auth: { type: 'password', username: auth.username, password }, ...trust };
}

/**
 * Changes when a new try would go another way: other server, credentials, or way of sending. Tells nothing about them. A password that is
 * sealed anew is the same one: what waits for its server is not tried at once because keys were rotated.
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
  // Without a certificate as it was before there were any: what waits since then is not tried at once because we were updated.
  const signer = settings.certificate === null ? [] : [settings.certificate.fingerprint];
  return createHash('sha256')
    .update(JSON.stringify([sender, settings.fallback, way, ...signer]))
    .digest('hex');
}
