// Greylisting (RFC 6647): the server asks a new client to come back, and accepts its mail then. Nothing has been refused.
import { type ProviderRules } from '../reply-rule.js';

export const GREYLISTING: ProviderRules = {
  provider: 'greylisting',
  rules: [
    {
      at: ['mail', 'rcpt', 'data', 'final'],
      code: /^4/,
      text: /gr[ae]y-?\s?list|please come back|come back (?:later|in)/i,
      reason: 'asked_to_come_back',
      source: 'postgrey(8) --greylist-text; https://github.com/mailcow/mailcow-dockerized/issues/4443',
      says: [
        {
          at: 'rcpt',
          reply:
            '450 4.2.0 <x@customer.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/customer.example.html',
        },
        { at: 'rcpt', reply: '450 4.2.0 <x@customer.example>: Recipient address rejected: Greylisted for 300 seconds' },
        { at: 'rcpt', reply: '451 4.7.1 Greylisting in action, please come back in 00:05:00' },
        { at: 'rcpt', reply: '450 4.7.1 <x@customer.example>: Recipient address rejected: Greylisted for 5 minutes (1)' },
        { at: 'final', reply: '451 4.7.1 Greylisted, please try again in 300 seconds' },
      ],
    },
    {
      // The greylisting of rspamd, Postfix's defer and gateways ask for a retry in words that every server uses. A busy server also says
      // that it is busy.
      at: ['rcpt', 'data', 'final'],
      code: /^4/,
      status: /^(?:2\.0|7\.[01])$/,
      text: /(?:try|retry) (?:again|later)|please retry|temporarily deferred/i,
      reason: 'asked_to_come_back',
      source: 'https://github.com/Mailu/Mailu/issues/1742',
      says: [
        { at: 'final', reply: '451 4.7.1 Try again later' },
        { at: 'rcpt', reply: '450 4.7.1 <x@customer.example>: Recipient address rejected: try again later' },
      ],
    },
  ],
};
