// What to change when the test of a mail server fails, as far as the provider is known by its host name or its reply.
import { type FailureCode, type Locale, type SmtpSecurity } from '@billing-mail/contracts';

/** What was tried and how it went. `reply` is what the server said. */
export type ProbeFailure = {
  reason: FailureCode;
  reply: string | null;
  server: { host: string; port: number; security: SmtpSecurity };
};

/** First match wins; every condition that a hint names must hold. */
export type ProviderHint = {
  host?: RegExp;
  reply?: RegExp;
  reasons?: readonly FailureCode[];
  port?: number;
  /** The only port with which the provider works: the hint is for all other ports. */
  unlessPort?: number;
  security?: readonly SmtpSecurity[];
  hint: Readonly<Record<Locale, string>>;
};

const MICROSOFT = /(?:^|\.)(?:office365\.com|outlook\.com|outlook\.office\.com)$/i;
const GOOGLE = /(?:^|\.)(?:gmail|googlemail|google)\.com$/i;
const LOGIN_FAILED = ['smtp_auth_rejected'] as const;
const NOT_CONNECTED = [
  'smtp_unreachable',
  'smtp_timeout',
  'smtp_tls_failed',
  'smtp_starttls_missing',
  'smtp_protocol_error',
  'smtp_connection_lost',
] as const;

export const PROVIDER_HINTS: readonly ProviderHint[] = [
  // Microsoft 365 and Outlook.com: learn.microsoft.com "Set up SMTP AUTH client submission"; port 587 with STARTTLS only.
  {
    host: MICROSOFT,
    reasons: [...NOT_CONNECTED, 'smtp_port_forbidden', 'smtp_auth_unavailable'],
    unlessPort: 587,
    hint: {
      en: 'Use smtp.office365.com with port 587 and STARTTLS; Microsoft 365 offers nothing else for sending.',
      de: 'Verwenden Sie smtp.office365.com mit Port 587 und STARTTLS; etwas anderes bietet Microsoft 365 zum Senden nicht an.',
    },
  },
  // Microsoft's 550 5.7.30 (elsewhere that status is about REQUIRETLS, RFC 8689). Exchange team blog, January 2026: passwords are off by
  // default from the end of December 2026; an administrator can switch them on again for the time being.
  {
    reply: /basic authentication is not supported/i,
    hint: {
      en: 'Microsoft 365 no longer takes passwords here: signing in with a password is off by default from the end of December 2026. Ask your administrator to allow basic authentication for SMTP AUTH again, or use another mail server.',
      de: 'Microsoft 365 nimmt hier keine Passwörter mehr an: Die Anmeldung mit Passwort ist ab Ende Dezember 2026 standardmäßig abgeschaltet. Bitten Sie Ihren Administrator, die Standardauthentifizierung für SMTP AUTH wieder zuzulassen, oder verwenden Sie einen anderen Mailserver.',
    },
  },
  {
    reply: /SmtpClientAuthentication is disabled for the Tenant/i,
    hint: {
      en: 'SMTP AUTH is switched off for your whole organisation. An administrator switches it on in the Exchange admin center: Settings, Mail flow, clear “Turn off SMTP AUTH protocol for your organization”. Passwords are off by default from the end of December 2026.',
      de: 'SMTP AUTH ist für Ihre ganze Organisation abgeschaltet. Ein Administrator schaltet es im Exchange Admin Center ein: Einstellungen, Nachrichtenfluss, „SMTP AUTH-Protokoll für Ihre Organisation deaktivieren“ abwählen. Ab Ende Dezember 2026 sind Passwörter standardmäßig abgeschaltet.',
    },
  },
  {
    reply: /SmtpClientAuthentication is disabled for the Mailbox/i,
    hint: {
      en: 'SMTP AUTH is switched off for this mailbox. An administrator switches it on in the Microsoft 365 admin center: Active users, the user, Mail, Manage email apps, tick “Authenticated SMTP”.',
      de: 'SMTP AUTH ist für dieses Postfach abgeschaltet. Ein Administrator schaltet es im Microsoft 365 Admin Center ein: Aktive Benutzer, der Benutzer, E-Mail, E-Mail-Apps verwalten, „Authentifiziertes SMTP“ ankreuzen.',
    },
  },
  {
    reply: /security defaults policy|locked by your organization/i,
    hint: {
      en: 'The security defaults of your Microsoft 365 organisation forbid signing in with a password. An administrator has to permit it for this mailbox.',
      de: 'Die Sicherheitsstandards Ihrer Microsoft-365-Organisation verbieten die Anmeldung mit Passwort. Ein Administrator muss sie für dieses Postfach zulassen.',
    },
  },
  {
    host: MICROSOFT,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Enter the full e-mail address of the mailbox as username. If two-step sign-in is on, use an app password. An administrator must have ticked “Authenticated SMTP” for the mailbox. Passwords are off by default from the end of December 2026.',
      de: 'Geben Sie als Benutzernamen die vollständige E-Mail-Adresse des Postfachs ein. Bei zweistufiger Anmeldung brauchen Sie ein App-Passwort. Ein Administrator muss „Authentifiziertes SMTP“ für das Postfach angekreuzt haben. Ab Ende Dezember 2026 sind Passwörter standardmäßig abgeschaltet.',
    },
  },
  {
    reply: /SendAsDenied|5\.7\.60\b/i,
    hint: {
      en: 'Use the address of the mailbox that you sign in with as sender, or have an administrator grant that mailbox the “Send as” right for the sender address.',
      de: 'Verwenden Sie als Absender die Adresse des angemeldeten Postfachs oder lassen Sie diesem Postfach vom Administrator das Recht „Senden als“ für die Absenderadresse geben.',
    },
  },

  // Google: support.google.com/mail "Sign in with app passwords".
  {
    reply: /5\.7\.14\b|log in (?:via|with) your web browser/i,
    hint: {
      en: 'Sign in to the Google account once in a web browser and confirm that it is you. Then use an app password here: Google account, Security, 2-Step Verification, App passwords.',
      de: 'Melden Sie sich einmal im Browser am Google-Konto an und bestätigen Sie, dass Sie es sind. Verwenden Sie hier dann ein App-Passwort: Google-Konto, Sicherheit, Bestätigung in zwei Schritten, App-Passwörter.',
    },
  },
  {
    reply: /application-specific password required|InvalidSecondFactor|BadCredentials/i,
    hint: {
      en: 'Google takes no ordinary password here. Create an app password (Google account, Security, 2-Step Verification, App passwords) and enter it without spaces.',
      de: 'Google nimmt hier kein gewöhnliches Passwort an. Erstellen Sie ein App-Passwort (Google-Konto, Sicherheit, Bestätigung in zwei Schritten, App-Passwörter) und geben Sie es ohne Leerzeichen ein.',
    },
  },
  {
    host: GOOGLE,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Enter the full Google address as username and an app password (Google account, Security, 2-Step Verification, App passwords).',
      de: 'Geben Sie als Benutzernamen die vollständige Google-Adresse ein und als Passwort ein App-Passwort (Google-Konto, Sicherheit, Bestätigung in zwei Schritten, App-Passwörter).',
    },
  },

  {
    host: /(?:^|\.)(?:gmx\.(?:net|de|com|at|ch)|web\.de)$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Allow sending from outside in your mailbox on the web: Settings, POP3/IMAP, allow access. With two-factor sign-in you also need an application-specific password.',
      de: 'Erlauben Sie den Zugriff in Ihrem Postfach im Web: Einstellungen, POP3/IMAP Abruf, Zugriff erlauben. Bei Zwei-Faktor-Anmeldung brauchen Sie zusätzlich ein anwendungsspezifisches Passwort.',
    },
  },
  {
    host: /(?:^|\.)t-online\.de$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Telekom asks for a password of its own for e-mail programs; set it up in the Telekom customer center and enter it here.',
      de: 'Die Telekom verlangt ein eigenes Passwort für E-Mail-Programme; richten Sie es im Kundencenter der Telekom ein und tragen Sie es hier ein.',
    },
  },
  {
    host: /(?:^|\.)(?:mail\.me\.com|icloud\.com|mail\.yahoo\.com|mail\.yahoo\.de)$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'This provider takes no ordinary password here. Create an app password in the security settings of your account and enter it.',
      de: 'Dieser Anbieter nimmt hier kein gewöhnliches Passwort an. Erstellen Sie in den Sicherheitseinstellungen Ihres Kontos ein App-Passwort und tragen Sie es ein.',
    },
  },
  {
    host: /(?:^|\.)(?:ionos\.(?:de|com|co\.uk|fr|es|it)|1und1\.de|strato\.(?:de|com)|kasserver\.com|one\.com)$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Enter the full e-mail address of the mailbox as username and the password of the mailbox, not that of the customer account.',
      de: 'Geben Sie als Benutzernamen die vollständige E-Mail-Adresse des Postfachs ein und das Passwort des Postfachs, nicht das des Kundenkontos.',
    },
  },
  {
    host: /(?:^|\.)amazonaws\.com$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Amazon SES asks for SMTP credentials of its own, made in the SES console; the access keys of your AWS account do not work.',
      de: 'Amazon SES verlangt eigene SMTP-Zugangsdaten aus der SES-Konsole; die Zugriffsschlüssel Ihres AWS-Kontos gelten hier nicht.',
    },
  },
  {
    reply: /identities failed the check|address is not verified|sender (?:signature|identity)/i,
    hint: {
      en: 'Have the sender address or its whole domain confirmed in the account of your mail provider.',
      de: 'Lassen Sie die Absenderadresse oder ihre ganze Domain im Konto Ihres E-Mail-Anbieters bestätigen.',
    },
  },
  {
    host: /(?:^|\.)sendgrid\.net$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'SendGrid takes the word “apikey” as username and an API key as password.',
      de: 'SendGrid erwartet als Benutzernamen das Wort „apikey“ und als Passwort einen API-Schlüssel.',
    },
  },
  {
    host: /(?:^|\.)postmarkapp\.com$/i,
    reasons: LOGIN_FAILED,
    hint: {
      en: 'Postmark takes the Server API token as username and as password.',
      de: 'Postmark erwartet das Server-API-Token als Benutzernamen und als Passwort.',
    },
  },

  // RFC 8314 3.3 and 7.3: 465 is encrypted from the first byte, 587 only after STARTTLS. If they are mixed up, both sides wait for each
  // other.
  {
    port: 465,
    security: ['starttls', 'none'],
    reasons: NOT_CONNECTED,
    hint: {
      en: 'Port 465 is encrypted from the start: choose TLS. Or use port 587 with STARTTLS.',
      de: 'Port 465 ist von Anfang an verschlüsselt: Wählen Sie TLS. Oder verwenden Sie Port 587 mit STARTTLS.',
    },
  },
  {
    port: 587,
    security: ['tls'],
    reasons: NOT_CONNECTED,
    hint: {
      en: 'Port 587 is encrypted by STARTTLS: choose STARTTLS. Or use port 465 with TLS.',
      de: 'Port 587 wird mit STARTTLS verschlüsselt: Wählen Sie STARTTLS. Oder verwenden Sie Port 465 mit TLS.',
    },
  },
  {
    port: 25,
    reasons: NOT_CONNECTED,
    hint: {
      en: 'Port 25 is closed in many networks. Use port 587 with STARTTLS or port 465 with TLS.',
      de: 'Port 25 ist in vielen Netzen gesperrt. Verwenden Sie Port 587 mit STARTTLS oder Port 465 mit TLS.',
    },
  },
];
