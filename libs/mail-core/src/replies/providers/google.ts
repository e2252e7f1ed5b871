// Gmail and Google Workspace.
import { type ProviderRules } from '../reply-rule.js';

const CODES = 'https://support.google.com/a/answer/3726730 ("Gmail SMTP errors and codes")';

export const GOOGLE: ProviderRules = {
  provider: 'Google',
  rules: [
    {
      at: ['auth'],
      text: /application-specific password required|InvalidSecondFactor|log in (?:via|with) your web browser|WebLoginRequired/i,
      reason: 'smtp_password_not_allowed',
      source: CODES,
      says: [
        {
          at: 'auth',
          reply:
            '534-5.7.9 Application-specific password required. For more information, go to\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp',
        },
        {
          at: 'auth',
          reply: '534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser and then try again.',
        },
      ],
    },
    {
      // At first Google answers a part of the mail with 421, in the words of a limit. Waiting does not help.
      at: ['mail', 'rcpt', 'data', 'final'],
      status: /^7\.(?:26|27|30|31|32|40)$/,
      text: /authenticat|\b(?:spf|dkim|dmarc)\b|not aligned/i,
      reason: 'sender_unauthenticated',
      scope: 'route',
      source: `${CODES}; https://support.google.com/a/answer/81126 ("Email sender guidelines")`,
      says: [
        {
          at: 'final',
          reply:
            '421-4.7.26 This mail has been rate limited because it is unauthenticated. Gmail\n421-4.7.26 requires all senders to authenticate with either SPF or DKIM.',
        },
        {
          at: 'final',
          reply:
            '550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.',
        },
        {
          at: 'final',
          reply: "421-4.7.27 Your email has been rate limited because SPF authentication didn't pass\n421-4.7.27 for this message.",
        },
        {
          at: 'final',
          reply: "421-4.7.30 Your email has been rate limited because DKIM authentication didn't pass\n421-4.7.30 for this message.",
        },
        {
          at: 'final',
          reply:
            "421-4.7.32 Your email has been rate limited because the From: header (RFC5322)\n421-4.7.32 in this message isn't aligned with either the authenticated SPF or DKIM organizational domain.",
        },
      ],
    },
  ],
};
