import { type SmtpServer } from './smtp-server.js';

/**
 * Returns the platform's own server from its URL. `smtps://` means TLS from the start; `smtp://` with user and password requires STARTTLS;
 * without them it is unencrypted, unless the URL has `?security=starttls`. The operator named it, so no network policy applies.
 */
export function platformServer(url: string, caPem?: string): SmtpServer {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  const isTls = protocol === 'smtps:';
  const hasLogin = username !== '';
  const security = isTls ? 'tls' : hasLogin || searchParams.get('security') === 'starttls' ? 'starttls' : 'none';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 465 : 587) : Number(port),
    security,
    auth: hasLogin
      ? { type: 'password', username: decodeURIComponent(username), password: decodeURIComponent(password) }
      : { type: 'none' },
    trusted: true,
    ...(caPem === undefined ? {} : { caPem }),
  };
}
