// cPanel's Exim, which most shared hosting sends by: the words of its limits for a domain.
import { type ProviderRules } from '../reply-rule.js';

export const CPANEL: ProviderRules = {
  provider: 'cPanel',
  rules: [
    {
      // Said as 550, which passes within the hour all the same.
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
