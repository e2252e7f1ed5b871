// cPanel's Exim, by which most shared hosting sends: the words for the limits of a domain.
import { type ProviderRules } from '../reply-rule.js';

export const CPANEL: ProviderRules = {
  provider: 'cPanel',
  rules: [
    {
      // The reply is a 550, but the limit passes within the hour.
      text: /has exceeded the max (?:emails|defers and failures) per hour\b/i,
      reason: 'smtp_rate_limited',
      scope: 'route',
      passes: true,
      source: 'https://docs.cpanel.net/whm/server-configuration/tweak-settings/ ("Max hourly emails per domain")',
      says: [
        { at: 'rcpt', reply: '550 Domain acme.example has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.' },
        {
          at: 'rcpt',
          reply: '550 Domain acme.example has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.',
        },
      ],
    },
  ],
};
