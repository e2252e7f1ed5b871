// OpenSMTPD: for an address that leads nowhere it reports a mailing list that cannot be expanded.
import { type ProviderRules } from '../reply-rule.js';

export const OPENSMTPD: ProviderRules = {
  provider: 'OpenSMTPD',
  rules: [
    {
      at: ['rcpt'],
      code: /^524$/,
      status: /^2\.4$/,
      reason: 'recipient_unknown',
      source: 'OpenSMTPD usr.sbin/smtpd/lka_session.c',
      says: [{ at: 'rcpt', reply: '524 5.2.4 Mailing list expansion problem: <x@customer.example>' }],
    },
  ],
};
