import { randomBytes } from 'node:crypto';
import { type MailProviderName } from '@billing-mail/contracts';

/** Where the page finds the other services (URLs, or paths of its own origin), and which features it offers. */
export type ConsoleConfig = {
  mailDispatcherUrl: string;
  notificationServiceUrl: string;
  /** The From address of signed mail. */
  platformFromAddress: string | null;
  /** Providers at which the platform has an app, so that teams can connect a mailbox. */
  connectableProviders: MailProviderName[];
};

/**
 * Builds the page for one response. Writes the nonce of its Content-Security-Policy into it, so that only styles that the page itself makes
 * are allowed.
 */
export function consolePage(html: string, config: ConsoleConfig): { html: string; policy: string } {
  const nonce = randomBytes(16).toString('base64');
  const services = [config.mailDispatcherUrl, config.notificationServiceUrl]
    .filter((url) => !url.startsWith('/'))
    .map((url) => new URL(url).origin);
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self'`,
    `font-src 'self'`,
    // A document that the page opens in a tab has the page's policy, and Chrome's PDF viewer counts as an object there.
    `object-src blob:`,
    `connect-src ${["'self'", ...new Set(services)].join(' ')}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  return { html: html.replace('__CSP_NONCE__', nonce), policy };
}
