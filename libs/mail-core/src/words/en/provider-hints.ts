// What to change at known providers, in English.
export const providerHints = {
  microsoftPort: 'Use smtp.office365.com with port 587 and STARTTLS; Microsoft 365 offers nothing else for sending.',
  microsoftNoPasswords:
    'Microsoft 365 no longer accepts passwords here: signing in with a password is off by default from the end of December 2026. Ask your administrator to allow basic authentication for SMTP AUTH again, or use another mail server.',
  microsoftOffForOrganisation:
    'SMTP AUTH is switched off for your whole organisation. An administrator switches it on in the Exchange admin center: Settings, Mail flow, clear “Turn off SMTP AUTH protocol for your organization”. Passwords are off by default from the end of December 2026.',
  microsoftOffForMailbox:
    'SMTP AUTH is switched off for this mailbox. An administrator switches it on in the Microsoft 365 admin center: Active users, the user, Mail, Manage email apps, tick “Authenticated SMTP”.',
  microsoftSecurityDefaults:
    'The security defaults of your Microsoft 365 organisation forbid signing in with a password. An administrator has to permit it for this mailbox.',
  microsoftLogin:
    'Enter the full e-mail address of the mailbox as username. If two-step sign-in is on, use an app password. An administrator must have ticked “Authenticated SMTP” for the mailbox. Passwords are off by default from the end of December 2026.',
  microsoftSender:
    'Use the address of the mailbox that you sign in with as sender, or have an administrator grant that mailbox the “Send as” right for the sender address.',
  googleBrowser:
    'Sign in to the Google account once in a web browser and confirm that it is you. Then use an app password here: Google account, Security, 2-Step Verification, App passwords.',
  googleAppPassword:
    'Google accepts no ordinary password here. Create an app password (Google account, Security, 2-Step Verification, App passwords) and enter it without spaces.',
  googleLogin:
    'Enter the full Google address as username and an app password (Google account, Security, 2-Step Verification, App passwords).',
  gmxLogin:
    'Allow sending from outside in your mailbox on the web: Settings, POP3/IMAP, allow access. With two-factor sign-in you also need an application-specific password.',
  telekomLogin: 'Telekom asks for a password of its own for e-mail programs; set it up in the Telekom customer center and enter it here.',
  appPassword:
    'This provider accepts no ordinary password here. Create an app password in the security settings of your account and enter it.',
  mailboxLogin:
    'Enter the full e-mail address of the mailbox as username and the password of the mailbox, not that of the customer account.',
  amazonLogin: 'Amazon SES asks for SMTP credentials of its own, made in the SES console; the access keys of your AWS account do not work.',
  unconfirmedSender: 'Have the sender address or its whole domain confirmed in the account of your mail provider.',
  sendgridLogin: 'SendGrid expects the word “apikey” as username and an API key as password.',
  postmarkLogin: 'Postmark expects the Server API token as username and as password.',
  port465: 'Port 465 is encrypted from the start: choose TLS. Or use port 587 with STARTTLS.',
  port587: 'Port 587 is encrypted by STARTTLS: choose STARTTLS. Or use port 465 with TLS.',
  port25: 'Port 25 is closed in many networks. Use port 587 with STARTTLS or port 465 with TLS.',
};
