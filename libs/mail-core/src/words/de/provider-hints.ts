// What to change at known providers, in German.
import { type providerHints as english } from '../en/provider-hints.js';

export const providerHints: typeof english = {
  microsoftPort: 'Verwenden Sie smtp.office365.com mit Port 587 und STARTTLS; etwas anderes bietet Microsoft 365 zum Senden nicht an.',
  microsoftNoPasswords:
    'Microsoft 365 nimmt hier keine Passwörter mehr an: Die Anmeldung mit Passwort ist ab Ende Dezember 2026 standardmäßig abgeschaltet. Bitten Sie Ihren Administrator, die Standardauthentifizierung für SMTP AUTH wieder zuzulassen, oder verwenden Sie einen anderen Mailserver.',
  microsoftOffForOrganisation:
    'SMTP AUTH ist für Ihre ganze Organisation abgeschaltet. Ein Administrator schaltet es im Exchange Admin Center ein: Einstellungen, Nachrichtenfluss, „SMTP AUTH-Protokoll für Ihre Organisation deaktivieren“ abwählen. Ab Ende Dezember 2026 sind Passwörter standardmäßig abgeschaltet.',
  microsoftOffForMailbox:
    'SMTP AUTH ist für dieses Postfach abgeschaltet. Ein Administrator schaltet es im Microsoft 365 Admin Center ein: Aktive Benutzer, der Benutzer, E-Mail, E-Mail-Apps verwalten, „Authentifiziertes SMTP“ ankreuzen.',
  microsoftSecurityDefaults:
    'Die Sicherheitsstandards Ihrer Microsoft-365-Organisation verbieten die Anmeldung mit Passwort. Ein Administrator muss sie für dieses Postfach zulassen.',
  microsoftLogin:
    'Geben Sie als Benutzernamen die vollständige E-Mail-Adresse des Postfachs ein. Bei zweistufiger Anmeldung brauchen Sie ein App-Passwort. Ein Administrator muss „Authentifiziertes SMTP“ für das Postfach angekreuzt haben. Ab Ende Dezember 2026 sind Passwörter standardmäßig abgeschaltet.',
  microsoftSender:
    'Verwenden Sie als Absender die Adresse des angemeldeten Postfachs oder lassen Sie diesem Postfach vom Administrator das Recht „Senden als“ für die Absenderadresse geben.',
  googleBrowser:
    'Melden Sie sich einmal im Browser am Google-Konto an und bestätigen Sie, dass Sie es sind. Verwenden Sie hier dann ein App-Passwort: Google-Konto, Sicherheit, Bestätigung in zwei Schritten, App-Passwörter.',
  googleAppPassword:
    'Google nimmt hier kein gewöhnliches Passwort an. Erstellen Sie ein App-Passwort (Google-Konto, Sicherheit, Bestätigung in zwei Schritten, App-Passwörter) und geben Sie es ohne Leerzeichen ein.',
  googleLogin:
    'Geben Sie als Benutzernamen die vollständige Google-Adresse ein und als Passwort ein App-Passwort (Google-Konto, Sicherheit, Bestätigung in zwei Schritten, App-Passwörter).',
  gmxLogin:
    'Erlauben Sie den Zugriff in Ihrem Postfach im Web: Einstellungen, POP3/IMAP Abruf, Zugriff erlauben. Bei Zwei-Faktor-Anmeldung brauchen Sie zusätzlich ein anwendungsspezifisches Passwort.',
  telekomLogin:
    'Die Telekom verlangt ein eigenes Passwort für E-Mail-Programme; richten Sie es im Kundencenter der Telekom ein und tragen Sie es hier ein.',
  appPassword:
    'Dieser Anbieter nimmt hier kein gewöhnliches Passwort an. Erstellen Sie in den Sicherheitseinstellungen Ihres Kontos ein App-Passwort und tragen Sie es ein.',
  mailboxLogin:
    'Geben Sie als Benutzernamen die vollständige E-Mail-Adresse des Postfachs ein und das Passwort des Postfachs, nicht das des Kundenkontos.',
  amazonLogin:
    'Amazon SES verlangt eigene SMTP-Zugangsdaten aus der SES-Konsole; die Zugriffsschlüssel Ihres AWS-Kontos gelten hier nicht.',
  unconfirmedSender: 'Lassen Sie die Absenderadresse oder ihre ganze Domain im Konto Ihres E-Mail-Anbieters bestätigen.',
  sendgridLogin: 'SendGrid erwartet als Benutzernamen das Wort „apikey“ und als Passwort einen API-Schlüssel.',
  postmarkLogin: 'Postmark erwartet das Server-API-Token als Benutzernamen und als Passwort.',
  port465: 'Port 465 ist von Anfang an verschlüsselt: Wählen Sie TLS. Oder verwenden Sie Port 587 mit STARTTLS.',
  port587: 'Port 587 wird mit STARTTLS verschlüsselt: Wählen Sie STARTTLS. Oder verwenden Sie Port 465 mit TLS.',
  port25: 'Port 25 ist in vielen Netzen gesperrt. Verwenden Sie Port 587 mit STARTTLS oder Port 465 mit TLS.',
};
