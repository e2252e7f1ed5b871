// What the page says about a connected mailbox and a certificate of the team's own, in German.
import { SHARED_WORDS } from '@billing-mail/contracts';
import { type ownServerWords as english } from '../en/own-server.js';

export const ownServerWords: typeof english = {
  connection: {
    title: 'Verbundenes Postfach',
    providers: { microsoft: 'Microsoft 365', google: 'Google', oidc: 'anderer Anbieter' },
    connect: (provider) => `${provider} verbinden`,
    intro:
      'Sie melden sich in einem eigenen Fenster bei Ihrem Anbieter an und erlauben, dass Belege verschickt werden. Ihr Passwort erfahren wir nicht.',
    mailbox: 'Freigegebenes Postfach (optional)',
    mailboxHint: 'Wenn mehrere Personen es nutzen, etwa bei Microsoft 365. Leer: das Postfach der Person, die sich anmeldet.',
    ownApp: 'Eigene App oder anderen Anbieter verwenden',
    ownAppBack: 'Zurück zur Anmeldung ohne eigene App',
    provider: 'Anbieter des Postfachs',
    clientId: 'Kennung der App (Client-ID)',
    clientSecret: 'Schlüssel der App (Client Secret)',
    clientSecretHint: 'Wird verschlüsselt gespeichert. Niemand kann ihn hier wieder auslesen, auch Sie nicht.',
    tenant: 'Verzeichnis (Mandant)',
    tenantHint: 'Seine ID oder Domain. Leer: das der Person, die sich anmeldet.',
    issuer: 'Adresse des Anbieters (Issuer)',
    scope: 'Berechtigung zum Senden von E-Mails (Scope)',
    grant: 'Wer meldet sich an?',
    grants: { delegated: 'Eine Person meldet sich an', app: 'Die App meldet sich selbst an' },
    appMailbox: 'Postfach, aus dem Belege verschickt werden',
    appTenantHint: 'Seine ID oder Domain.',
    keyFile: 'Schlüsseldatei des Dienstkontos (JSON)',
    keyFileHint: 'Der Schlüssel wird verschlüsselt gespeichert und nie wieder angezeigt.',
    keyFileChoose: 'Datei wählen',
    keyFileWrong: 'ist keine Schlüsseldatei eines Dienstkontos; wählen Sie die JSON-Datei, die Sie bei Google heruntergeladen haben',
    stepsTitle: 'Was ein Administrator vorher einrichtet',
    steps: {
      microsoft: [
        'Im Entra Admin Center unter „App-Registrierungen“: Geben Sie der App die Anwendungsberechtigung SMTP.SendAsApp von „Office 365 Exchange Online“. Ein Administrator muss ihr zustimmen.',
        'Dort unter „Unternehmensanwendungen“: Kopieren Sie die Objekt-ID der App. Die unter „App-Registrierungen“ ist eine andere und gilt hier nicht.',
        'In der Exchange Online PowerShell: Setzen Sie diese Objekt-ID für OBJECT-ID ein und führen Sie die Zeilen aus. Diese Zeilen machen die App bekannt, öffnen ihr das Postfach und schalten für das Postfach den Versand über SMTP ein. CLIENT-ID und MAILBOX werden aus den Feldern oben eingesetzt.',
      ],
      google: [
        'In der Google Cloud Console: Erstellen Sie für das Dienstkonto einen Schlüssel vom Typ JSON.',
        'In der Google Admin-Konsole unter „Sicherheit“, „Zugriffs- und Datenkontrolle“, „API-Steuerung“, „Domainweite Delegierung“: Fügen Sie die Client-ID des Dienstkontos (client_id in der Schlüsseldatei) mit diesem Bereich hinzu.',
      ],
    },
    connectApp: 'Verbinden',
    start: 'Anmelden und verbinden',
    waiting: 'Melden Sie sich in dem Fenster an, das sich geöffnet hat. Ihre Eingaben hier bleiben erhalten.',
    blocked: 'Ihr Browser hat das Fenster nicht geöffnet.',
    link: 'Anmeldung öffnen',
    connected: (mailbox, provider) => `${mailbox} ist verbunden (${provider})`,
    since: (when, who) => `Verbunden am ${when} von ${who}`,
    none: 'Es ist kein Postfach verbunden.',
    another: 'Anderes Postfach verbinden',
    again: 'Erneut verbinden',
    notSaved: 'Speichern Sie, damit Belege über dieses Postfach verschickt werden.',
    otherServer: (host) => `Dieses Postfach sendet über ${host}. Im Formular ist dieser Server nicht eingetragen.`,
    enterServer: (host) => `${host} eintragen`,
    troubleTitle: (mailbox, when) => `Seit ${when} werden über ${mailbox} keine Belege verschickt`,
    troubleEnd: 'Wartende Belege werden verschickt, sobald das behoben ist.',
    troubles: {
      sign_in_expired: 'Die Berechtigung ist abgelaufen oder wurde entzogen. Verbinden Sie das Postfach erneut.',
      client_secret_expired: 'Der Schlüssel der App ist abgelaufen oder wurde ersetzt. Verbinden Sie erneut mit dem neuen.',
      client_refused:
        'Der Anbieter lehnt die App ab. Lassen Sie Ihren Administrator prüfen, ob sie dort zugelassen ist, und verbinden Sie erneut.',
      permission_missing:
        'Die Berechtigung zum Senden von E-Mails fehlt. Verbinden Sie erneut und stimmen Sie allem zu, was der Anbieter fragt.',
      other_server:
        'Das Postfach wurde für einen anderen Mailserver verbunden. Wählen Sie oben dessen Anbieter, oder verbinden Sie erneut.',
      not_connected: 'Es ist kein Postfach verbunden. Verbinden Sie eines.',
      key_lost: 'Was wir gespeichert hatten, ist nicht mehr lesbar. Verbinden Sie das Postfach erneut.',
    },
    platformSecret:
      'Unsere App beim Anbieter muss erneuert werden. Sie müssen nichts tun; wenden Sie sich an unseren Kundendienst, wenn es anhält.',
    refusedTitle: 'Nicht verbunden',
    refusals: SHARED_WORDS.de.signInRefusals,
    disconnect: 'Trennen',
    disconnectTitle: 'Postfach trennen?',
    disconnectText: (mailbox) =>
      `Die Berechtigung für ${mailbox} wird hier gelöscht und beim Anbieter widerrufen, falls er das zulässt. Belege, die darüber verschickt werden, warten, bis wieder ein Postfach verbunden ist oder Sie einen anderen Weg wählen.`,
    disconnectNo: 'Verbunden lassen',
    forgotten: (mailbox) => `Die Berechtigung für ${mailbox} wurde hier gelöscht`,
    stillListed: {
      'microsoft-delegated':
        'Bei Microsoft ist sie noch eingetragen, denn Microsoft lässt sie von keinem Programm widerrufen. Entfernen Sie sie unter myapps.microsoft.com: bei der App „Ihre Anwendung verwalten“, „Berechtigungen widerrufen“.',
      'microsoft-app':
        'Microsoft kennt die App noch. Ein Administrator löscht ihren Schlüssel im Entra Admin Center unter „App-Registrierungen“, „Zertifikate & Geheimnisse“.',
      'google-delegated': 'Google hat sie nicht widerrufen. Entfernen Sie sie unter myaccount.google.com/connections.',
      'google-app':
        'Google kennt das Dienstkonto noch. Ein Administrator entfernt es in der Admin-Konsole von Google unter „Sicherheit“, „Zugriffs- und Datenkontrolle“, „API-Steuerung“, „Domainweite Delegierung“.',
      oidc: 'Der Anbieter hat sie nicht widerrufen. Entfernen Sie sie dort in den Einstellungen Ihres Kontos.',
    },
  },
  certificate: {
    title: 'Eigene Signatur',
    lead: 'Belege, die Ihr eigener Mailserver verschickt, werden mit diesem Zertifikat signiert (S/MIME). So können Ihre Kunden prüfen, dass sie von Ihnen kommen.',
    leadNone:
      'Mit einem eigenen Zertifikat (S/MIME) werden Belege, die Ihr eigener Mailserver verschickt, signiert. So können Ihre Kunden prüfen, dass sie von Ihnen kommen.',
    none: 'Ihr Mailserver verschickt Belege ohne Signatur.',
    serverFirst:
      'Speichern Sie zuerst Ihren Mailserver mit seiner Absenderadresse: Das Zertifikat muss auf diese Adresse ausgestellt sein.',
    subject: 'Inhaber',
    addresses: 'E-Mail-Adressen',
    issuer: 'Ausgestellt von',
    fingerprint: 'Fingerabdruck (SHA-256)',
    validTo: 'Gültig bis',
    ended: (when) => `Das Zertifikat ist am ${when} abgelaufen. Belege warten, bis Sie es ersetzen oder entfernen.`,
    endsSoon: (when) => `Das Zertifikat läuft am ${when} ab. Bestellen Sie rechtzeitig ein neues, sonst warten Belege von da an.`,
    set: (when, who) => `Hinterlegt am ${when} von ${who}`,
    file: 'Zertifikat mit Schlüssel (.p12 oder .pfx)',
    choose: 'Datei wählen',
    passphrase: 'Passwort der Datei',
    passphraseHint: 'Der Schlüssel wird verschlüsselt gespeichert und nie wieder angezeigt. Das Passwort wird nicht gespeichert.',
    upload: 'Zertifikat hinterlegen',
    replace: 'Ersetzen',
    keep: 'Dieses behalten',
    remove: 'Entfernen',
    removeTitle: 'Nicht mehr signieren?',
    removeText: 'Der Schlüssel wird gelöscht. Belege, die Ihr Server verschickt, auch wartende, werden nicht mehr signiert.',
    removeNo: 'Zertifikat behalten',
    isSet: 'Das Zertifikat ist hinterlegt. Der nächste Beleg, den Ihr Server verschickt, wird damit signiert.',
    removed: 'Das Zertifikat ist entfernt.',
  },
};
