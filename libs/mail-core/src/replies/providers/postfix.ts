// Postfix 3.7: the words are those of src/smtpd/smtpd.c, smtpd_check.c and smtpd_sasl_glue.c.
import { type ProviderRules } from '../reply-rule.js';

const ANVIL = 'https://www.postfix.org/TUNING_README.html#conn_limit and src/smtpd/smtpd.c';

export const POSTFIX: ProviderRules = {
  provider: 'Postfix',
  rules: [
    {
      // Rates that anvil(8) counts for each client. The word "from" marks them: "too many recipients" without it is the limit of one
      // message.
      text: /error: too (?:many (?:recipients|connections|auth commands|new tls sessions)|much mail) from\b/i,
      reason: 'smtp_rate_limited',
      scope: 'route',
      source: ANVIL,
      says: [
        { at: 'greeting', reply: '421 4.7.0 mx.example.de Error: too many connections from unknown[192.0.2.7]' },
        { at: 'tls', reply: '454 4.7.0 Error: too many new TLS sessions from unknown[192.0.2.7]' },
        { at: 'greeting', reply: '421 4.7.0 mx.example.de Error: too many new TLS sessions from unknown[192.0.2.7]' },
        { at: 'auth', reply: '450 4.7.1 Error: too many AUTH commands from unknown[192.0.2.7]' },
        { at: 'mail', reply: '450 4.7.1 Error: too much mail from unknown[192.0.2.7]' },
        { at: 'rcpt', reply: '450 4.7.1 Error: too many recipients from unknown[192.0.2.7]' },
      ],
    },
    {
      // smtpd_tls_req_ccert: Postfix says this in place of the reply to the next command.
      text: /no client certificate presented|client certificate not trusted/i,
      reason: 'smtp_client_certificate_wanted',
      scope: 'route',
      source: 'https://www.postfix.org/postconf.5.html#smtpd_tls_req_ccert and src/smtpd/smtpd.c',
      says: [
        { at: 'greeting', reply: '421 4.7.1 mx.example.de Error: No client certificate presented' },
        { at: 'greeting', reply: '421 4.7.1 mx.example.de Error: Client certificate not trusted' },
      ],
    },
    {
      // While Postfix asks the server responsible for the address, 4.1.1 means "not yet known".
      at: ['rcpt'],
      code: /^4/,
      text: /unverified address|address verification in progress/i,
      reason: 'asked_to_come_back',
      source: 'https://www.postfix.org/ADDRESS_VERIFICATION_README.html',
      says: [
        {
          at: 'rcpt',
          reply: '450 4.1.1 <x@customer.example>: Recipient address rejected: unverified address: Address verification in progress',
        },
        {
          at: 'rcpt',
          reply:
            '450 4.1.1 <x@customer.example>: Recipient address rejected: unverified address: connect to 192.0.2.9: Connection timed out',
        },
      ],
    },
  ],
};
