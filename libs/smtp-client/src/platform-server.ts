import { type SmtpServer } from './smtp-server.js';

/**
 * The platform's own server from its URL: `smtps://` is TLS from the start, `smtp://` with user and password requires STARTTLS,
 * without them it is plain unless `?security=starttls`. The operator named it, so no network policy applies to it.
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
