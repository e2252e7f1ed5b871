import { type ProviderRules } from '../reply-rule.js';

export const AMAZON_SES: ProviderRules = {
  provider: 'Amazon SES',
  rules: [
    {
      at: ['mail', 'rcpt', 'data', 'final'],
      code: /^5/,
      text: /sending (?:paused|suspended) for this account|account is paused/i,
      reason: 'sender_blocked',
      scope: 'route',
      stopsWay: true,
      source: 'https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html ("Account is paused")',
      says: [{ at: 'final', reply: '554 Message rejected: Sending paused for this account.' }],
    },
  ],
};
