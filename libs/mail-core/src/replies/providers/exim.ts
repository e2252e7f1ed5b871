// Exim: its built-in replies, and those that its documentation proposes for the condition `ratelimit`.
import { type ProviderRules } from '../reply-rule.js';

export const EXIM: ProviderRules = {
  provider: 'Exim',
  rules: [
    {
      text: /sender rate (?:overlimit|exceeds)|exceeded our ip limit|too many concurrent smtp connections/i,
      reason: 'smtp_rate_limited',
      scope: 'route',
      // A `deny` because of a rate passes as soon as the rate is lower.
      passes: true,
      source: 'https://www.exim.org/exim-html-current/doc/html/spec_html/ch-access_control_lists.html (ratelimit) and src/daemon.c',
      says: [
        { at: 'greeting', reply: '421 Too many concurrent SMTP connections from this IP address; please try again later.' },
        { at: 'mail', reply: '451 Sender rate overlimit - 12.3 / 1m' },
        { at: 'rcpt', reply: '451 Sender rate exceeds 1500 messages per 1h' },
        { at: 'rcpt', reply: '451 Number of recipients has exceeded our IP limit. Come back later.' },
        { at: 'rcpt', reply: '550 Sender rate overlimit - 290.8 / 24h' },
      ],
    },
    {
      at: ['rcpt'],
      code: /^4/,
      text: /verify callout|could not complete \w+ verify/i,
      reason: 'asked_to_come_back',
      source: 'https://www.exim.org/exim-html-current/doc/html/spec_html/ch-access_control_lists.html (address verification)',
      says: [{ at: 'rcpt', reply: '451 Could not complete sender verify callout' }],
    },
  ],
};
