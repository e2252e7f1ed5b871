import { type AlertParts } from '../alert-parts.js';
import { belege } from './documents.js';

export const alertParts: AlertParts = {
  documentTypes: { invoice: 'Rechnung', credit_note: 'Gutschrift', reminder: 'Mahnung', quote: 'Angebot', other: 'Beleg' },
  seen: {
    broke: (server) =>
      `Die E-Mail war vollständig an den Mailserver${server} abgeschickt; dann brach die Verbindung ab, bevor er die Annahme bestätigte.`,
    stalled: (server) => `Die E-Mail war vollständig an den Mailserver${server} abgeschickt; dann kam nicht rechtzeitig eine Antwort.`,
    nonsense: (server) => `Die E-Mail war vollständig an den Mailserver${server} abgeschickt; was er antwortete, ist nicht zu verstehen.`,
    interrupted: (server) =>
      `Unser System wurde unterbrochen, während die E-Mail an den Mailserver${server} hinausging; dessen Antwort ist nicht bekannt.`,
    unknown: (server) => `Die E-Mail war an den Mailserver${server} abgeschickt, der die Annahme nicht bestätigt hat.`,
  },
  roles: { to: null, cc: 'Kopie', bcc: 'Blindkopie' },
  noReason: {
    cancelled: 'Der Versand wurde abgebrochen.',
    bounced: 'Die Nachricht kam zurück.',
    other: 'Der Grund ist nicht bekannt.',
  },
  notReached: 'Nicht verschickt an:',
  mayHave: 'Diese haben den Beleg möglicherweise erhalten:',
  mayHaveTwice: 'Diese haben den Beleg möglicherweise doppelt erhalten:',
  more: (count) => `und ${count} weitere`,
  fallbackNote:
    'Ihr eigener Mailserver hat den Beleg nicht für alle Empfänger angenommen, bei den übrigen hat unsere Plattform weitergemacht.',
  fieldErrors: 'Im Einzelnen:',
  quoted: (foreign) => `„${foreign}“`,
  team: (teamId) => `Ihr Team: ${teamId}`,
  ofMany: (count) => `Das betrifft ${belege(count)}. Der letzte ist hier beschrieben.`,
  serverReply: (reply) => `Antwort des Mailservers: ${reply}`,
  notByEmail: {
    waiting: 'Diese Mitteilung konnte Ihnen bisher nicht per E-Mail geschickt werden. Das wird von selbst erneut versucht.',
    no_such_address:
      'Nicht per E-Mail geschickt: Die für Sie hinterlegte Adresse gibt es nicht. Berichtigen Sie sie in Ihren Benachrichtigungseinstellungen.',
    gave_up:
      'Nicht per E-Mail geschickt: Der Mailserver hat die E-Mail an Sie zwei Tage lang nicht angenommen. Wenden Sie sich an unseren Kundendienst.',
    uncertain: 'Ob Sie diese Mitteilung auch per E-Mail erreicht hat, ist ungewiss.',
  },
  digest: {
    title: (count) => `${count} Mitteilungen zu Ihren Belegen`,
    heading: 'Was geschehen ist und was zu tun ist, lesen Sie in Ihren Mitteilungen:',
  },
  links: {
    delivery: 'Versand öffnen',
    deliveries: 'Im Versandprotokoll öffnen',
    incident: 'Was ist zu tun?',
    settings: 'Einstellungen für den E-Mail-Versand öffnen',
    webhooks: 'Webhooks öffnen',
    inbox: 'Mitteilungen öffnen',
    preferences: 'Ihre Benachrichtigungseinstellungen',
  },
  emailFooter:
    'Sie erhalten diese E-Mail, weil Sie einen Beleg verschickt haben oder als zu benachrichtigende Person genannt sind. In Ihren Benachrichtigungseinstellungen können Sie diese E-Mails abschalten. Texte in Anführungszeichen und Adressen stammen von anderen; einzelne Zeichen stehen in Klammern, damit sich nichts davon versehentlich öffnen lässt.',
};
