// Cisco Secure Email Gateway (IronPort): the limits of its mail flow policies.
import { type ProviderRules } from '../reply-rule.js';

export const CISCO: ProviderRules = {
  provider: 'Cisco',
  rules: [
    {
      // This is a rate, although the reply begins like the limit of one message: a further transaction would count towards it as well.
      text: /too many recipients received this hour/i,
      reason: 'smtp_rate_limited',
      scope: 'route',
      source: 'AsyncOS user guide, mail flow policies: "Max. Recipients Per Hour Text"',
      says: [
        { at: 'rcpt', reply: '452 Too many recipients received this hour' },
        { at: 'rcpt', reply: '452 4.5.3 Too many recipients received this hour' },
      ],
    },
  ],
};
