import { type Catalogue } from './catalogue.js';

const documents = (count: number): string => `${count} Dokumente`;

/** The words of alerts in German. */
export const GERMAN: Catalogue = {
  documentTypes: { invoice: 'Rechnung', credit_note: 'Gutschrift', reminder: 'Zahlungserinnerung', quote: 'Angebot', other: 'Dokument' },
  situations: {
    failed: {
      title: ({ document, count }) =>
        count > 1 ? `${documents(count)} konnten nicht verschickt werden` : `${document} konnte nicht verschickt werden`,
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} konnten aus demselben Grund nicht verschickt werden, zuletzt: ${document}. Kein Empfänger hat sie erhalten.`
          : `${document} konnte nicht verschickt werden. Kein Empfänger hat das Dokument erhalten.`,
      means: null,
      todo: null,
    },
    failed_on_both_routes: {
      title: ({ document, count }) =>
        count > 1 ? `${documents(count)} konnten nicht verschickt werden` : `${document} konnte nicht verschickt werden`,
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} konnten weder über Ihren eigenen Mailserver noch über unsere Plattform verschickt werden, zuletzt: ${document}. Kein Empfänger hat sie erhalten.`
          : `${document} konnte weder über Ihren eigenen Mailserver noch über unsere Plattform verschickt werden. Kein Empfänger hat das Dokument erhalten.`,
      means: null,
      todo: null,
    },
    partly_sent: {
      title: ({ document }) => `${document} hat nicht alle Empfänger erreicht`,
      happened: ({ document, accepted, recipients }) => `${document} hat ${accepted} von ${recipients} Empfängern erreicht.`,
      means: 'Wer das Dokument bereits hat, erhält es kein zweites Mal.',
      todo: 'Prüfen Sie die hier genannten Adressen, berichtigen Sie sie bei Bedarf und verschicken Sie das Dokument nur an diese Empfänger erneut.',
    },
    uncertain: {
      title: ({ document }) => `${document}: Zustellung ungewiss`,
      happened: ({ document, accepted, recipients }) =>
        `Der Mailserver hat die Nachricht vollständig empfangen, aber die Verbindung brach ab, bevor er das bestätigte. ${document} hat mit Gewissheit ${accepted} von ${recipients} Empfängern erreicht.`,
      means:
        'Ob die hier genannten Empfänger das Dokument erhalten haben, steht nicht fest. Es wird nicht von selbst erneut verschickt, weil es sonst doppelt ankommen könnte.',
      todo: 'Fragen Sie bei diesen Empfängern nach und verschicken Sie das Dokument nur an diejenigen erneut, bei denen es fehlt.',
    },
    fell_back: {
      title: ({ document, count }) =>
        count > 1
          ? `${documents(count)} wurden über unsere Plattform statt über Ihren Mailserver verschickt`
          : `${document} wurde über unsere Plattform statt über Ihren Mailserver verschickt`,
      happened: ({ document, count }) =>
        count > 1
          ? `Über Ihren eigenen Mailserver war kein Versand möglich. Unsere Plattform hat deshalb ${documents(count)} mit ihrer eigenen Absenderadresse verschickt, zuletzt: ${document}. Alle Empfänger haben sie erhalten, ihre Antworten gehen an Sie.`
          : `Über Ihren eigenen Mailserver war kein Versand möglich. Unsere Plattform hat das Dokument deshalb mit ihrer eigenen Absenderadresse verschickt: ${document}. Alle Empfänger haben es erhalten, ihre Antworten gehen an Sie.`,
      means: null,
      todo: null,
    },
    cancelled: {
      title: ({ document }) => `${document}: Versand abgebrochen`,
      happened: ({ document }) => `Der Versand wurde abgebrochen: ${document}. Kein Empfänger hat das Dokument erhalten.`,
      means: null,
      todo: 'Falls das nicht beabsichtigt war, verschicken Sie das Dokument erneut.',
    },
    partly_cancelled: {
      title: ({ document }) => `${document}: Versand nach einem Teil der Empfänger abgebrochen`,
      happened: ({ document, accepted, recipients }) =>
        `Der Versand wurde abgebrochen, als das Dokument bereits ${accepted} von ${recipients} Empfängern erreicht hatte: ${document}.`,
      means: 'Die übrigen Empfänger haben es nicht erhalten.',
      todo: 'Falls das nicht beabsichtigt war, verschicken Sie das Dokument erneut an die übrigen Empfänger.',
    },
    invalid: {
      title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
      happened: ({ document }) => `Die zum Versand übergebenen Angaben sind unvollständig oder ungültig: ${document}.`,
      means: 'Das Dokument wurde an niemanden verschickt.',
      todo: 'Berichtigen Sie die hier genannten Felder und verschicken Sie das Dokument erneut. Sagen Ihnen die Felder nichts, leiten Sie diese Meldung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    key_conflict: {
      title: ({ document }) => `${document} wurde nicht angenommen: Schlüssel bereits vergeben`,
      happened: ({ document }) => `Unter demselben Schlüssel wurde bereits ein anderes Dokument verschickt: ${document}.`,
      means: 'Das erste bleibt unverändert; dieses wurde an niemanden verschickt.',
      todo: 'Handelt es sich um ein neues Dokument, verschicken Sie es unter einem eigenen Schlüssel. Leiten Sie diese Meldung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    recurrence_conflict: {
      title: ({ document }) => `${document} wurde nicht angenommen: bereits übergeben`,
      happened: ({ document }) =>
        `Das Dokument für diesen Zeitraum der Serie wurde bereits unter einem anderen Schlüssel übergeben: ${document}.`,
      means: 'Das erste bleibt unverändert; dieses wurde an niemanden verschickt, damit kein Kunde dasselbe Dokument zweimal erhält.',
      todo: 'Benötigen die Empfänger es noch einmal, verschicken Sie das erste aus dem Versandprotokoll erneut. Handelt es sich um ein anderes Dokument, braucht es eine eigene Kennung innerhalb der Serie: Leiten Sie diese Meldung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    team_unknown: {
      title: ({ document }) => `${document} wurde nicht angenommen: E-Mail-Versand nicht eingerichtet`,
      happened: ({ document }) =>
        `Für den E-Mail-Versand gibt es noch keine Einstellungen, daher wurde das Dokument nicht angenommen: ${document}.`,
      means: 'Das Dokument wurde an niemanden verschickt.',
      todo: 'Speichern Sie die Einstellungen für den E-Mail-Versand und verschicken Sie das Dokument danach erneut.',
    },
    given_up: {
      title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
      happened: ({ document }) => `Wir haben mehrfach versucht, das Dokument anzunehmen; es ist nicht gelungen: ${document}.`,
      means: 'Das Dokument wurde an niemanden verschickt. Die Ursache liegt höchstwahrscheinlich bei uns.',
      todo: 'Verschicken Sie das Dokument erneut. Tritt das noch einmal auf, leiten Sie diese Meldung an die Betreiber des E-Mail-Versands weiter.',
    },
  },
  roles: { to: null, cc: 'Kopie', bcc: 'Blindkopie' },
  noReason: {
    uncertain: 'Es steht nicht fest, ob das Dokument angekommen ist.',
    cancelled: 'Der Versand wurde abgebrochen.',
    bounced: 'Die Nachricht kam zurück.',
    other: 'Der Grund ist nicht bekannt.',
  },
  notReached: 'Nicht erreicht:',
  more: (count) => `und ${count} weitere`,
  fallbackNote: 'Über Ihren eigenen Mailserver war kein Versand möglich, daher hat unsere Plattform das Dokument verschickt.',
  fieldErrors: 'Im Einzelnen:',
  serverReply: (reply) => `Antwort des Mailservers: ${reply}`,
  emailFooter:
    'Sie erhalten diese E-Mail, weil Sie das Dokument verschickt haben oder als zu benachrichtigende Person genannt sind. In Ihren Benachrichtigungseinstellungen können Sie diese E-Mails abschalten.',
};
