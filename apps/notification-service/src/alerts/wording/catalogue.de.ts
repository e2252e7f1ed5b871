import { type Catalogue } from './catalogue.js';

const documents = (count: number): string => `${count} Belege`;

/** The words of alerts in German. */
export const GERMAN: Catalogue = {
  documentTypes: { invoice: 'Rechnung', credit_note: 'Gutschrift', reminder: 'Mahnung', quote: 'Angebot', other: 'Beleg' },
  situations: {
    failed: {
      titleOfMany: null,
      title: ({ document, count }) =>
        count > 1 ? `${documents(count)} konnten nicht verschickt werden` : `${document} konnte nicht verschickt werden`,
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} konnten aus demselben Grund nicht verschickt werden, zuletzt: ${document}. Sie gingen an niemanden.`
          : `${document} konnte nicht verschickt werden. Der Beleg ging an niemanden.`,
      means: null,
      todo: null,
    },
    failed_on_both_routes: {
      titleOfMany: null,
      title: ({ document, count }) =>
        count > 1 ? `${documents(count)} konnten nicht verschickt werden` : `${document} konnte nicht verschickt werden`,
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} konnten weder über Ihren eigenen Mailserver noch über unsere Plattform verschickt werden, zuletzt: ${document}. Sie gingen an niemanden.`
          : `${document} konnte weder über Ihren eigenen Mailserver noch über unsere Plattform verschickt werden. Der Beleg ging an niemanden.`,
      means: null,
      todo: null,
    },
    partly_sent: {
      titleOfMany: (count) => `${documents(count)} gingen nicht an alle Empfänger`,
      title: ({ document }) => `${document} ging nicht an alle Empfänger`,
      happened: ({ document, accepted, recipients }) => `${document} ging nur an ${accepted} von ${recipients} Empfängern.`,
      means: 'Wem der Beleg schon verschickt wurde, dem wird er kein zweites Mal verschickt.',
      todo: 'Berichtigen Sie die hier genannten Adressen, wo sie falsch sind, und verschicken Sie den Beleg nur an diese Empfänger erneut.',
    },
    uncertain: {
      titleOfMany: (count) => `${documents(count)}: Zustellung ungewiss`,
      title: ({ document }) => `${document}: Zustellung ungewiss`,
      happened: ({ document, accepted, recipients }) =>
        accepted === 0
          ? `Ob jemand den Beleg erhalten hat, ist ungewiss: ${document}.`
          : `Sicher hinausgegangen ist der Beleg an ${accepted} von ${recipients} Empfängern: ${document}.`,
      means: 'Wer den Beleg möglicherweise hat, dem wird er nicht von selbst erneut verschickt, weil er sonst doppelt ankommen könnte.',
      todo: 'Fragen Sie bei diesen Empfängern nach und verschicken Sie den Beleg nur an diejenigen erneut, bei denen er fehlt.',
    },
    in_doubt: {
      titleOfMany: (count) => `${documents(count)}: bei einem Teil der Empfänger ungewiss`,
      title: ({ document }) => `${document}: bei einem Teil der Empfänger ungewiss`,
      happened: ({ document, accepted, recipients }) =>
        `Sicher hinausgegangen ist der Beleg bisher an ${accepted} von ${recipients} Empfängern: ${document}. An die hier Genannten wird er nicht von selbst erneut verschickt.`,
      means: 'Für die übrigen Empfänger läuft der Versand noch. Wie er ausgeht, erfahren Sie gesondert.',
      todo: 'Fragen Sie bei den hier Genannten nach, ob der Beleg angekommen ist. Ist der Versand beendet, verschicken Sie ihn nur an diejenigen erneut, bei denen er fehlt.',
    },
    sent_after_doubt: {
      titleOfMany: (count) => `${documents(count)} sind verschickt, vielleicht doppelt angekommen`,
      title: ({ document }) => `${document} ist verschickt, vielleicht doppelt angekommen`,
      happened: ({ document, recipients }) =>
        recipients === 1
          ? `Der Beleg ist verschickt: ${document}.`
          : `Der Beleg ist an alle ${recipients} Empfänger verschickt: ${document}.`,
      means: null,
      todo: 'Es ist nichts zu verschicken. Fragt ein Empfänger nach: Beides ist derselbe Beleg und nur einmal zu buchen und zu bezahlen.',
    },
    fell_back: {
      titleOfMany: null,
      title: ({ document, count, accepted, byPlatform }) => {
        if (count > 1) return `${documents(count)} gingen über unsere Plattform hinaus, nicht oder nicht nur über Ihren Mailserver`;
        if (byPlatform === accepted) return `${document} wurde über unsere Plattform statt über Ihren Mailserver verschickt`;
        return `${document} ging über unsere Plattform an diejenigen, die Ihr Mailserver ausließ`;
      },
      happened: ({ document, count, accepted, recipients, byPlatform }) => {
        if (count > 1)
          return `Ihr eigener Mailserver hat ${documents(count)} nicht für alle Empfänger angenommen. Unsere Plattform hat sie deshalb mit ihrer eigenen Absenderadresse an die übrigen verschickt, zuletzt: ${document}. Sie sind an alle Empfänger hinausgegangen, deren Antworten gehen an Sie.`;
        if (byPlatform === accepted)
          return `Ihr eigener Mailserver hat den Beleg nicht angenommen. Unsere Plattform hat ihn deshalb mit ihrer eigenen Absenderadresse verschickt: ${document}. Der Beleg ist an alle Empfänger hinausgegangen, ihre Antworten gehen an Sie.`;
        const share = byPlatform === null ? 'nicht für alle' : `nur für ${accepted - byPlatform} von ${recipients}`;
        return `Ihr eigener Mailserver hat den Beleg ${share} Empfänger${byPlatform === null ? '' : 'n'} angenommen. Unsere Plattform hat ihn deshalb mit ihrer eigenen Absenderadresse an die übrigen verschickt: ${document}. Der Beleg ist an alle Empfänger hinausgegangen, ihre Antworten gehen an Sie.`;
      },
      means: 'Was verschickt ist, ist verschickt: Verschicken Sie es nicht noch einmal, sonst kommt es doppelt an.',
      todo: null,
    },
    cancelled: {
      titleOfMany: (count) => `${documents(count)}: Versand abgebrochen`,
      title: ({ document }) => `${document}: Versand abgebrochen`,
      happened: ({ document }) => `Der Versand wurde abgebrochen: ${document}. Der Beleg ging an niemanden.`,
      means: null,
      todo: 'Falls das nicht beabsichtigt war, verschicken Sie den Beleg erneut.',
    },
    partly_cancelled: {
      titleOfMany: (count) => `${documents(count)}: Versand nach einem Teil der Empfänger abgebrochen`,
      title: ({ document }) => `${document}: Versand nach einem Teil der Empfänger abgebrochen`,
      happened: ({ document, accepted, recipients }) =>
        `Der Versand wurde abgebrochen, als der Beleg bereits an ${accepted} von ${recipients} Empfängern gegangen war: ${document}.`,
      means: 'An die übrigen Empfänger wurde der Beleg nicht verschickt.',
      todo: 'Falls das nicht beabsichtigt war, verschicken Sie den Beleg erneut an die übrigen Empfänger.',
    },
    invalid: {
      titleOfMany: (count) => `${documents(count)} wurden nicht zum Versand angenommen`,
      title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
      happened: ({ document }) => `Die zum Versand übergebenen Angaben sind unvollständig oder ungültig: ${document}.`,
      means: 'Der Beleg wurde an niemanden verschickt.',
      todo: 'Berichtigen Sie die hier genannten Felder und verschicken Sie den Beleg erneut. Sagen Ihnen die Felder nichts, leiten Sie diese Meldung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    key_conflict: {
      titleOfMany: (count) => `${documents(count)} wurden nicht angenommen: Schlüssel bereits vergeben`,
      title: ({ document }) => `${document} wurde nicht angenommen: Schlüssel bereits vergeben`,
      happened: ({ document }) => `Unter demselben Schlüssel wurde bereits ein anderer Beleg übergeben: ${document}.`,
      means: 'Der erste Beleg bleibt unverändert; dieser wurde an niemanden verschickt.',
      todo: 'Handelt es sich um einen neuen Beleg, verschicken Sie ihn unter einem eigenen Schlüssel. Leiten Sie diese Meldung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    recurrence_conflict: {
      titleOfMany: (count) => `${documents(count)} wurden nicht angenommen: bereits übergeben`,
      title: ({ document }) => `${document} wurde nicht angenommen: bereits übergeben`,
      happened: ({ document }) =>
        `Der Beleg für diesen Zeitraum der Serie wurde bereits unter einem anderen Schlüssel übergeben: ${document}.`,
      means: 'Der erste Beleg bleibt unverändert; dieser wurde an niemanden verschickt, damit kein Kunde denselben Beleg zweimal erhält.',
      todo: 'Benötigen die Empfänger den Beleg noch einmal, verschicken Sie den ersten aus dem Versandprotokoll erneut. Handelt es sich um einen anderen Beleg, braucht er eine eigene Kennung innerhalb der Serie: Leiten Sie diese Meldung an die Betreuer Ihrer Rechnungssoftware weiter.',
    },
    team_unknown: {
      titleOfMany: (count) => `${documents(count)} wurden nicht angenommen: E-Mail-Versand nicht eingerichtet`,
      title: ({ document }) => `${document} wurde nicht angenommen: E-Mail-Versand nicht eingerichtet`,
      happened: ({ document }) =>
        `Für den E-Mail-Versand gibt es noch keine Einstellungen, daher wurde der Beleg nicht angenommen: ${document}.`,
      means: 'Der Beleg wurde an niemanden verschickt.',
      todo: 'Speichern Sie die Einstellungen für den E-Mail-Versand und verschicken Sie den Beleg danach erneut.',
    },
    given_up: {
      titleOfMany: (count) => `${documents(count)} konnten nicht zum Versand angenommen werden`,
      title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
      happened: ({ document }) => `Wir haben mehrfach versucht, den Beleg anzunehmen; das ist nicht gelungen: ${document}.`,
      means: 'Der Beleg wurde an niemanden verschickt. Die Ursache liegt höchstwahrscheinlich bei uns.',
      todo: 'Verschicken Sie den Beleg erneut. Tritt das noch einmal auf, leiten Sie diese Meldung an die Betreiber des E-Mail-Versands weiter.',
    },
  },
  incidents: {
    serverDown: {
      title: (server) => `Ihr Mailserver ${server} nimmt keine Belege an`,
      happened: (since, waiting) =>
        `Seit ${since} ist jeder Versuch misslungen, Ihrem Mailserver Belege zu übergeben. ${waiting === 1 ? '1 Beleg wartet' : `${documents(waiting)} warten`} auf ihn.`,
      means:
        'Die wartenden Belege werden von selbst erneut versucht. Diese Meldung zählt mit, wie viele am Ende nicht verschickt werden können oder über unsere Plattform hinausgehen, weil Ihre Einstellungen das erlauben.',
      failedSince: (count) =>
        `Seitdem nicht verschickt: ${count === 1 ? '1 Beleg' : documents(count)}. Senden Sie erneut, sobald die Ursache behoben ist.`,
      fellBackSince: (count) => `Seitdem über unsere Plattform verschickt: ${count === 1 ? '1 Beleg' : documents(count)}.`,
    },
    platformUnavailable: {
      title: 'Unsere Plattform kann Ihre Belege zurzeit nicht verschicken',
      happened: {
        signing_unavailable: (since, waiting) =>
          `Die Signatur unserer Plattform lässt sich seit ${since} nicht verwenden. ${waiting === 1 ? '1 Ihrer Belege wartet' : `${waiting} Ihrer Belege warten`} darauf.`,
        server_unavailable: (since, waiting) =>
          `Der Mailserver unserer Plattform hat seit ${since} nichts angenommen. ${waiting === 1 ? '1 Ihrer Belege wartet' : `${waiting} Ihrer Belege warten`} darauf.`,
      },
      means: {
        signing_unavailable: 'Diese Belege gehen von selbst hinaus, sobald das behoben ist.',
        server_unavailable:
          'Diese Belege werden von selbst erneut versucht. Sie erfahren von jedem, der am Ende nicht verschickt werden kann.',
      },
      todo: 'Verschicken Sie sie nicht ein zweites Mal. Ist ein Beleg dringend, wenden Sie sich an unseren Kundendienst.',
    },
    certificateExpiring: {
      title: (daysLeft) =>
        daysLeft <= 0
          ? 'Das Signaturzertifikat der Plattform ist abgelaufen'
          : `Das Signaturzertifikat der Plattform läuft in ${daysLeft === 1 ? '1 Tag' : `${daysLeft} Tagen`} ab`,
      happened: (until) => `Das Zertifikat, mit dem die Plattform signiert, gilt bis ${until}.`,
      means: 'Nach dem Ablauf warten Belege, die über die Plattform gehen, bis es ersetzt ist. Versuche verlieren sie nicht.',
      todo: 'Ersetzen Sie die Datei durch ein erneuertes Zertifikat und starten Sie die Dispatcher neu.',
    },
    ownCertificateExpiring: {
      title: (daysLeft) =>
        daysLeft < 0
          ? 'Ihr Signaturzertifikat ist abgelaufen'
          : daysLeft === 0
            ? 'Ihr Signaturzertifikat läuft heute ab'
            : `Ihr Signaturzertifikat läuft in ${daysLeft === 1 ? '1 Tag' : `${daysLeft} Tagen`} ab`,
      happened: (until, addresses) => `Das Zertifikat, mit dem Ihr Unternehmen signiert (${addresses}), gilt bis ${until}.`,
      means: (hasEnded) =>
        hasEnded
          ? 'Belege, die über Ihren eigenen Mailserver gehen, warten. Versuche verlieren sie nicht.'
          : 'Nach dem Ablauf warten Belege, die über Ihren eigenen Mailserver gehen, bis ein neues hinterlegt ist. Versuche verlieren sie nicht.',
      todo: 'Bestellen Sie ein neues Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand, oder entfernen Sie dort das alte, um ohne Signatur zu senden.',
    },
    webhookOff: {
      title: (host) => `Ihr Webhook bei ${host} wurde abgeschaltet`,
      happened: {
        failing: 'Seit fünf Tagen hat er keine Nachricht angenommen. Dorthin wird deshalb nichts mehr gesendet.',
        gone: 'Er hat geantwortet, dass es ihn nicht mehr gibt (410). Dorthin wird deshalb nichts mehr gesendet.',
      },
      means:
        'Ihre Programme erfahren so lange nicht, was aus Ihren Belegen wird. Was dem Webhook entgeht, wird aufbewahrt und kann nachgesendet werden. Die Belege selbst gehen wie immer hinaus.',
      todo: 'Lassen Sie den Webhook von denen in Ordnung bringen, die ihn betreuen. Schalten Sie ihn dann in den Teameinstellungen unter „Fakturierung“ wieder ein und senden Sie dort nach, was ihm entgangen ist.',
    },
  },
  bounces: {
    bounced: {
      title: ({ document }) => `${document} kam zurück`,
      titleOfMany: (count) => `${count} Belege an dieselbe Adresse kamen zurück`,
      happened: ({ document, accepted, recipients }) =>
        recipients === 1
          ? `Der Beleg wurde verschickt und kam zurück: ${document}. Der Empfänger hat ihn nicht.`
          : accepted === 0
            ? `Der Beleg wurde verschickt und kam zurück: ${document}. Keiner der ${recipients} Empfänger hat ihn.`
            : `Der Beleg wurde an ${recipients} Empfänger verschickt und kam von einem Teil zurück: ${document}. Bei ${accepted} davon kam bisher nichts zurück.`,
      heading: 'Diese haben den Beleg nicht:',
      todo: 'Öffnen Sie die Sendung, um den Beleg erneut zu verschicken: Diese Empfänger sind dort schon ausgewählt.',
    },
    unknown: {
      title: ({ document }) => `${document} kam von einem Empfänger zurück`,
      titleOfMany: (count) => `${count} Belege kamen zurück`,
      happened: ({ document, recipients }) =>
        `Der Beleg wurde an ${recipients} Empfänger verschickt und kam von einem davon zurück: ${document}. Der andere Server sagt nicht, von wem.`,
      heading: 'Diese haben den Beleg nicht:',
      todo: 'Fragen Sie die Empfänger, ob der Beleg angekommen ist, und verschicken Sie ihn nur an die erneut, denen er fehlt.',
    },
    complaint: {
      title: ({ document }) => `${document}: von einem Empfänger als unerwünscht markiert`,
      titleOfMany: (count) => `${count} Belege wurden als unerwünscht markiert`,
      happened: ({ document }) => `Der Beleg ist angekommen, ein Empfänger hat ihn aber als unerwünschte Werbung markiert: ${document}.`,
      heading: 'Als unerwünscht markiert von:',
      todo: 'Fragen Sie den Kunden, ob E-Mail der richtige Weg für Belege ist. Was oft so markiert wird, kommt dort womöglich bei niemandem mehr an.',
    },
    known_dead: {
      title: ({ document }) => `${document} geht an eine Adresse, von der schon Belege zurückkamen`,
      titleOfMany: (count) => `${count} Belege gehen an eine Adresse, von der schon Belege zurückkamen`,
      happened: ({ document }) =>
        `Der Beleg wird trotzdem verschickt: ${document}. Von dieser Adresse kam aber in den letzten 30 Tagen ein Beleg zurück; sehr wahrscheinlich kommt auch dieser zurück.`,
      heading: 'Hat zuletzt nicht funktioniert:',
      todo: 'Berichtigen Sie die Adresse in den Stammdaten des Kunden, damit die nächsten Belege ankommen.',
    },
  },
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
  secondCopyNote:
    'Ein früherer Versuch endete ohne Antwort des Mailservers, deshalb wurde die E-Mail noch einmal abgeschickt. Die meisten E-Mail-Programme zeigen beide als eine.',
  fallbackNote:
    'Ihr eigener Mailserver hat den Beleg nicht für alle Empfänger angenommen, bei den übrigen hat unsere Plattform weitergemacht.',
  fieldErrors: 'Im Einzelnen:',
  quoted: (foreign) => `„${foreign}“`,
  team: (teamId) => `Ihr Team: ${teamId}`,
  ofMany: (count) => `Das betrifft ${documents(count)}. Der letzte ist hier beschrieben.`,
  serverReply: (reply) => `Antwort des Mailservers: ${reply}`,
  notByEmail: {
    waiting: 'Diese Meldung konnte Ihnen bisher nicht per E-Mail geschickt werden. Das wird von selbst erneut versucht.',
    no_such_address:
      'Nicht per E-Mail geschickt: Die von Ihnen bekannte Adresse gibt es nicht. Berichtigen Sie sie in Ihren Benachrichtigungseinstellungen.',
    gave_up:
      'Nicht per E-Mail geschickt: Der Mailserver hat die E-Mail an Sie zwei Tage lang nicht angenommen. Wenden Sie sich an unseren Kundendienst.',
    uncertain: 'Ob Sie diese Meldung auch per E-Mail erreicht hat, ist ungewiss.',
  },
  digest: {
    title: (count) => `${count} Meldungen zu Ihren Belegen`,
    heading: 'Was geschehen ist und was zu tun ist, lesen Sie in Ihren Mitteilungen:',
  },
  links: {
    delivery: 'Sendung öffnen',
    deliveries: 'Diese Sendungen öffnen',
    incident: 'Störung öffnen',
    settings: 'Einstellungen für den E-Mail-Versand öffnen',
    webhooks: 'Webhooks öffnen',
    inbox: 'Mitteilungen öffnen',
    preferences: 'Ihre Benachrichtigungseinstellungen',
  },
  emailFooter:
    'Sie erhalten diese E-Mail, weil Sie einen Beleg verschickt haben oder als zu benachrichtigende Person genannt sind. In Ihren Benachrichtigungseinstellungen können Sie diese E-Mails abschalten. Texte in Anführungszeichen und Adressen stammen von anderen; einzelne ihrer Zeichen stehen in Klammern, damit sich nichts davon versehentlich öffnen lässt.',
};
