import { randomBytes } from 'node:crypto';
import { type MailProviderName } from '@billing-mail/contracts';

/** Where the page finds the other services (URLs, or paths of its own origin), and what it offers. */
export type ConsoleConfig = {
  mailDispatcherUrl: string;
  notificationServiceUrl: string;
  /** Whose address signed mail comes from. */
  platformFromAddress: string | null;
  /** Where the platform has an app of its own, by which a team connects a mailbox. */
  connectableProviders: MailProviderName[];
};

/** The page for one answer: the nonce of its policy is written into it, so that styles made at run time are allowed and no others. */
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
    `connect-src ${["'self'", ...new Set(services)].join(' ')}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
  return { html: html.replace('__CSP_NONCE__', nonce), policy };
}
