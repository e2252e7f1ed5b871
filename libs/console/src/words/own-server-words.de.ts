// What the page says of a connected mailbox and of a certificate of the team's own, in German.
import { type ownServerWords as english } from './own-server-words.en.js';

export const ownServerWords: typeof english = {
  connection: {
    title: 'Verbundenes Postfach',
    providers: { microsoft: 'Microsoft 365', google: 'Google', oidc: 'anderer Anbieter' },
    connect: (provider) => `${provider} verbinden`,
    intro:
      'Sie melden sich in einem eigenen Fenster bei Ihrem Anbieter an und erlauben, dass Belege versandt werden. Ihr Passwort erfahren wir nicht.',
    mailbox: 'Freigegebenes Postfach, falls Belege von einem solchen ausgehen',
    mailboxHint: 'Bei Microsoft 365. Leer: das Postfach der Person, die sich anmeldet.',
    ownApp: 'Mit eigener App oder anderem Anbieter',
    provider: 'Anbieter',
    clientId: 'Kennung der App (Client-ID)',
    clientSecret: 'Schlüssel der App (Client Secret)',
    clientSecretHint: 'Wird verschlüsselt gespeichert. Niemand kann ihn hier wieder auslesen, auch Sie nicht.',
    tenant: 'Verzeichnis (Mandant)',
    tenantHint: 'Seine ID oder Domain. Leer: das der Person, die sich anmeldet.',
    issuer: 'Adresse des Anbieters (Issuer)',
    scope: 'Berechtigung zum Senden von E-Mails (Scope)',
    start: 'Anmelden und verbinden',
    waiting: 'Melden Sie sich in dem Fenster an, das sich geöffnet hat. Ihre Eingaben hier bleiben erhalten.',
    blocked: 'Ihr Browser hat das Fenster nicht geöffnet.',
    link: 'Anmeldung öffnen',
    connected: (mailbox, provider) => `${mailbox} ist verbunden (${provider})`,
    since: (when, who) => `Verbunden am ${when} von ${who}`,
    none: 'Es ist kein Postfach verbunden.',
    another: 'Anderes Postfach verbinden',
    again: 'Erneut verbinden',
    notSaved: 'Speichern Sie, damit Belege über dieses Postfach hinausgehen.',
    troubleTitle: (mailbox) => `Über ${mailbox} gehen keine Belege hinaus`,
    troubleSince: (when) => `Seit ${when}. Was wartet, geht hinaus, sobald das behoben ist.`,
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
    refusals: {
      access_denied: 'Die Berechtigung wurde nicht erteilt. Verbinden Sie erneut und stimmen Sie der Anfrage des Anbieters zu.',
      permission_missing:
        'Die Berechtigung zum Senden von E-Mails wurde nicht miterteilt. Verbinden Sie erneut und erteilen Sie alle Berechtigungen.',
      no_lasting_permission:
        'Der Anbieter hat keine dauerhafte Berechtigung erteilt. Verbinden Sie erneut und stimmen Sie dem dauerhaften Zugriff zu.',
      mailbox_unknown: 'Der Anbieter hat das Postfach nicht genannt. Geben Sie die Adresse ein und verbinden Sie erneut.',
      link_expired:
        'Die Anmeldung ist abgelaufen: Sie hat länger als zehn Minuten gedauert oder wurde schon verwendet. Verbinden Sie erneut.',
      other_browser: 'Die Anmeldung wurde in einem anderen Browser begonnen. Verbinden Sie auf dieser Seite.',
      provider_away: 'Der Anbieter antwortet zurzeit nicht. Versuchen Sie es in einigen Minuten erneut.',
      provider_refused: 'Der Anbieter hat die Anmeldung abgelehnt. Prüfen Sie App und Schlüssel und verbinden Sie erneut.',
    },
    disconnect: 'Trennen',
    disconnectTitle: 'Postfach trennen?',
    disconnectText: (mailbox) =>
      `Die Berechtigung für ${mailbox} wird zurückgenommen. Gehen Belege darüber hinaus, so warten sie, bis wieder ein Postfach verbunden ist oder Sie einen anderen Weg wählen.`,
    disconnectNo: 'Verbunden lassen',
  },
  certificate: {
    title: 'Eigene Signatur',
    lead: 'Belege, die über Ihren eigenen Mailserver hinausgehen, werden mit diesem Zertifikat signiert (S/MIME). So können Ihre Kunden prüfen, dass sie von Ihnen kommen.',
    none: 'Belege gehen über Ihren Server ohne Signatur hinaus.',
    serverFirst:
      'Speichern Sie zuerst Ihren Mailserver mit seiner Absenderadresse: Das Zertifikat muss auf diese Adresse ausgestellt sein.',
    subject: 'Inhaber',
    addresses: 'Für',
    issuer: 'Ausgestellt von',
    fingerprint: 'Fingerabdruck (SHA-256)',
    validTo: 'Gültig bis',
    ended: (when) => `Es ist am ${when} abgelaufen. Belege warten, bis Sie ein neues hinterlegen oder es entfernen.`,
    endsSoon: (when) => `Es läuft am ${when} ab. Bestellen Sie rechtzeitig ein neues: Danach warten Belege.`,
    set: (when, who) => `Hinterlegt am ${when} von ${who}`,
    file: 'Zertifikat mit Schlüssel (.p12 oder .pfx)',
    choose: 'Datei wählen',
    passphrase: 'Kennwort der Datei',
    passphraseHint: 'Der Schlüssel wird verschlüsselt gespeichert und nie wieder angezeigt. Das Kennwort wird nicht gespeichert.',
    upload: 'Zertifikat hinterlegen',
    replace: 'Ersetzen',
    keep: 'Dieses behalten',
    remove: 'Entfernen',
    removeTitle: 'Nicht mehr signieren?',
    removeText: 'Der Schlüssel wird vergessen. Belege über Ihren Server, auch wartende, werden nicht mehr signiert.',
    removeNo: 'Zertifikat behalten',
    isSet: 'Das Zertifikat ist hinterlegt. Der nächste Beleg über Ihren Server wird damit signiert.',
    removed: 'Das Zertifikat ist entfernt.',
  },
};
