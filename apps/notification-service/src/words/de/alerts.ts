// What alerts of each kind say, in German; those about a document are in delivery.ts.
import { type CertificateUse, type JobRejectedEvent } from '@billing-mail/contracts';
import { type alerts as english } from '../en/alerts.js';
import { type BounceSituation, type BounceWords, type CertificateWords, type SituationWords } from '../situation-words.js';
import { belege } from './documents.js';

const bounce: Record<BounceSituation, BounceWords> = {
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
    todo: 'Öffnen Sie den Versand, um den Beleg erneut zu verschicken: Diese Empfänger stehen dort an erster Stelle.',
  },
  unknown: {
    title: ({ document }) => `${document} kam zurück, unbekannt von wem`,
    happened: ({ document, recipients }) =>
      `Der Beleg wurde an ${recipients} Empfänger verschickt und kam zurück: ${document}. Der Server, der ihn zurückgeschickt hat, nennt den Empfänger nicht.`,
    heading: 'Diese haben den Beleg nicht:',
    todo: 'Fragen Sie die Empfänger, ob der Beleg angekommen ist, und verschicken Sie ihn nur an die erneut, denen er fehlt.',
  },
  passed_on: {
    title: ({ document }) => `${document}: eine weitergeleitete Kopie kam zurück`,
    happened: ({ document }) =>
      `Der Beleg wurde verschickt und von dort an eine andere Adresse weitergeleitet: ${document}. Diese Kopie kam zurück; vom Empfänger selbst kam nichts zurück.`,
    heading: 'Diese haben den Beleg nicht:',
    todo: 'Sie müssen ihn nicht erneut verschicken. Um sicherzugehen, fragen Sie den Empfänger, ob der Beleg angekommen ist.',
  },
  complaint: {
    title: ({ document }) => `${document}: von einem Empfänger als unerwünscht markiert`,
    titleOfMany: (count) => `${count} Belege wurden als unerwünscht markiert`,
    happened: ({ document }) => `Der Beleg ist angekommen, ein Empfänger hat ihn aber als unerwünschte Werbung markiert: ${document}.`,
    heading: 'Als unerwünscht markiert von:',
    todo: 'Fragen Sie den Kunden, ob E-Mail der richtige Weg für Belege ist. Werden Belege dort oft so markiert, lässt der Mailserver des Kunden womöglich gar keine mehr durch, auch an andere Empfänger nicht.',
  },
  known_dead: {
    title: ({ document }) => `${document} geht an eine Adresse, von der schon Belege zurückkamen`,
    titleOfMany: (count) => `${count} Belege gehen an eine Adresse, von der schon Belege zurückkamen`,
    happened: ({ document }) =>
      `${document} wird trotzdem verschickt. Von dieser Adresse kam aber in den letzten 30 Tagen ein Beleg zurück; sehr wahrscheinlich kommt auch dieser zurück.`,
    heading: 'Hat zuletzt nicht funktioniert:',
    todo: 'Berichtigen Sie die Adresse in den Stammdaten des Kunden, damit die nächsten Belege ankommen.',
  },
};

const rejection: Record<JobRejectedEvent['rejection']['reason'], SituationWords> = {
  invalid: {
    titleOfMany: (count) => `${belege(count)} wurden nicht zum Versand angenommen`,
    title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
    happened: ({ document }) => `Die zum Versand übergebenen Angaben sind unvollständig oder ungültig: ${document}.`,
    means: 'Der Beleg wurde an niemanden verschickt.',
    todo: 'Berichtigen Sie die hier genannten Felder und verschicken Sie den Beleg erneut. Sagen Ihnen die Felder nichts, leiten Sie diese Mitteilung an die Betreuer Ihrer Fakturierung weiter.',
  },
  key_conflict: {
    titleOfMany: (count) => `${belege(count)} wurden nicht angenommen: Schlüssel bereits vergeben`,
    title: ({ document }) => `${document} wurde nicht angenommen: Schlüssel bereits vergeben`,
    happened: ({ document }) => `Unter demselben Schlüssel wurde bereits ein anderer Beleg übergeben: ${document}.`,
    means: 'Der erste Beleg bleibt unverändert; dieser wurde an niemanden verschickt.',
    todo: 'Handelt es sich um einen neuen Beleg, verschicken Sie ihn unter einem eigenen Schlüssel. Leiten Sie diese Mitteilung an die Betreuer Ihrer Fakturierung weiter.',
  },
  recurrence_conflict: {
    titleOfMany: (count) => `${belege(count)} wurden nicht angenommen: bereits übergeben`,
    title: ({ document }) => `${document} wurde nicht angenommen: bereits übergeben`,
    happened: ({ document }) =>
      `Der Beleg für diesen Zeitraum der Serie wurde bereits unter einem anderen Schlüssel übergeben: ${document}.`,
    means: 'Der erste Beleg bleibt unverändert; dieser wurde an niemanden verschickt, damit kein Kunde denselben Beleg zweimal erhält.',
    todo: 'Benötigen die Empfänger den Beleg noch einmal, verschicken Sie den ersten aus dem Versandprotokoll erneut. Handelt es sich um einen anderen Beleg, braucht er einen eigenen Termin in der Serie: Leiten Sie diese Mitteilung an die Betreuer Ihrer Fakturierung weiter.',
  },
  team_unknown: {
    titleOfMany: (count) => `${belege(count)} wurden nicht angenommen: E-Mail-Versand nicht eingerichtet`,
    title: ({ document }) => `${document} wurde nicht angenommen: E-Mail-Versand nicht eingerichtet`,
    happened: ({ document }) =>
      `Für den E-Mail-Versand gibt es noch keine Einstellungen, daher wurde der Beleg nicht angenommen: ${document}.`,
    means: 'Der Beleg wurde an niemanden verschickt.',
    todo: 'Speichern Sie die Einstellungen für den E-Mail-Versand und verschicken Sie den Beleg danach erneut.',
  },
  given_up: {
    titleOfMany: (count) => `${belege(count)} konnten nicht zum Versand angenommen werden`,
    title: ({ document }) => `${document} wurde nicht zum Versand angenommen`,
    happened: ({ document }) => `Wir haben mehrfach versucht, den Beleg anzunehmen; das ist nicht gelungen: ${document}.`,
    means: 'Der Beleg wurde an niemanden verschickt. Die Ursache liegt höchstwahrscheinlich bei uns.',
    todo: 'Verschicken Sie den Beleg erneut. Tritt das noch einmal auf, wenden Sie sich an unseren Kundendienst.',
  },
};

const SERVER_CERTIFICATE: Omit<CertificateWords, 'it'> = {
  named: (name) => `Das Zertifikat, an dem Ihr Mailserver erkannt wird (${name}),`,
  before: 'Nach dem Ablauf wird Ihrem Mailserver nicht mehr vertraut, und über ihn wird kein Beleg mehr verschickt.',
  after: 'Ihrem Mailserver wird nicht mehr vertraut, und über ihn wird kein Beleg mehr verschickt.',
  todo: 'Fragen Sie denjenigen, der Ihren Mailserver betreibt, nach dem neuen Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand.',
};

/** By what the certificate is for. */
const uses: Record<CertificateUse | 'platform', CertificateWords> = {
  platform: {
    it: 'Das Signaturzertifikat der Plattform',
    named: () => 'Das Zertifikat, mit dem die Plattform signiert,',
    before: 'Nach dem Ablauf warten Belege, die über die Plattform gehen, bis es ersetzt ist. Das Warten zählt nicht als Fehlversuch.',
    after: 'Belege, die über die Plattform gehen, warten, bis es ersetzt ist. Das Warten zählt nicht als Fehlversuch.',
    todo: 'Ersetzen Sie die Datei durch ein erneuertes Zertifikat und starten Sie die Dispatcher neu.',
  },
  signature: {
    it: 'Ihr Signaturzertifikat',
    named: (addresses) => `Das Zertifikat, mit dem Ihr Unternehmen signiert (${addresses}),`,
    before:
      'Nach dem Ablauf warten Belege, die über Ihren eigenen Mailserver gehen, bis ein neues hinterlegt ist. Das Warten zählt nicht als Fehlversuch.',
    after: 'Belege, die über Ihren eigenen Mailserver gehen, warten. Das Warten zählt nicht als Fehlversuch.',
    todo: 'Bestellen Sie ein neues Zertifikat und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand, oder entfernen Sie dort das alte, um ohne Signatur zu senden.',
  },
  authority: { it: 'Das Zertifikat der Zertifizierungsstelle Ihres Mailservers', ...SERVER_CERTIFICATE },
  pin: { it: 'Das hinterlegte Zertifikat Ihres Mailservers', ...SERVER_CERTIFICATE },
  client: {
    it: 'Das Zertifikat, das wir Ihrem Mailserver vorlegen,',
    named: (name) => `Das Zertifikat, das wir Ihrem Mailserver vorlegen (${name}),`,
    before: 'Nach dem Ablauf lässt uns Ihr Mailserver vielleicht nicht mehr ein; dann wird über ihn kein Beleg mehr verschickt.',
    after: 'Ihr Mailserver lässt uns vielleicht nicht mehr ein; dann wird über ihn kein Beleg mehr verschickt.',
    todo: 'Lassen Sie ein neues Zertifikat ausstellen und hinterlegen Sie es in den Einstellungen für den E-Mail-Versand.',
  },
};

export const alerts: typeof english = {
  bounce,
  rejection,
  server_down: {
    title: (server) => `Ihr Mailserver ${server} nimmt keine Belege an`,
    titleFailed: (count, server) =>
      `${count === 1 ? '1 Beleg wurde' : `${belege(count)} wurden`} nicht verschickt: Ihr Mailserver ${server} nimmt keine Belege an`,
    happened: (since, waiting) =>
      `Seit ${since} ist jeder Versuch misslungen, Ihrem Mailserver Belege zu übergeben. Bei Entstehen dieser Mitteilung ${waiting === 1 ? 'wartete 1 Beleg' : `warteten ${belege(waiting)}`} auf ihn.`,
    means:
      'Der Versand der wartenden Belege wird von selbst erneut versucht. Diese Mitteilung zählt mit, wie viele am Ende nicht verschickt werden können oder über unsere Plattform verschickt werden, weil Ihre Einstellungen das erlauben.',
    failedSince: (count) =>
      `Seitdem nicht verschickt: ${count === 1 ? '1 Beleg' : belege(count)}. Verschicken Sie erneut, was gescheitert ist, sobald die Ursache behoben ist.`,
    fellBackSince: (count) => `Seitdem über unsere Plattform verschickt: ${count === 1 ? '1 Beleg' : belege(count)}.`,
  },
  platform_unavailable: {
    title: 'Unsere Plattform kann Ihre Belege zurzeit nicht verschicken',
    happened: {
      signing_unavailable: (since, waiting) =>
        `Die Signatur unserer Plattform lässt sich seit ${since} nicht verwenden. ${waiting === 1 ? '1 Ihrer Belege wartet' : `${waiting} Ihrer Belege warten`} deshalb.`,
      server_unavailable: (since, waiting) =>
        `Der Mailserver unserer Plattform hat seit ${since} nichts angenommen. ${waiting === 1 ? '1 Ihrer Belege wartet' : `${waiting} Ihrer Belege warten`} deshalb.`,
    },
    means: {
      signing_unavailable: 'Diese Belege werden von selbst verschickt, sobald das behoben ist.',
      server_unavailable:
        'Der Versand dieser Belege wird von selbst erneut versucht. Sie erfahren von jedem, der am Ende nicht verschickt werden kann.',
    },
    todo: 'Verschicken Sie sie nicht ein zweites Mal. Ist ein Beleg dringend, wenden Sie sich an unseren Kundendienst.',
  },
  certificate_expiring: {
    title: (it, daysLeft) =>
      daysLeft < 0
        ? `${it} ist abgelaufen`
        : daysLeft === 0
          ? `${it} läuft heute ab`
          : `${it} läuft in ${daysLeft === 1 ? '1 Tag' : `${daysLeft} Tagen`} ab`,
    validity: (named, until, daysLeft) => `${named} ${daysLeft < 0 ? 'galt' : 'gilt'} bis ${until}.`,
    uses,
  },
  webhook_off: {
    title: (host) => `Ihr Webhook bei ${host} wurde abgeschaltet`,
    happened: {
      failing: 'Seit fünf Tagen hat er keine Nachricht angenommen. Dorthin wird deshalb nichts mehr gesendet.',
      gone: 'Er hat geantwortet, dass es ihn nicht mehr gibt (410). Dorthin wird deshalb nichts mehr gesendet.',
    },
    means:
      'Ihre Programme erfahren so lange nicht, was aus Ihren Belegen wird. Was dem Webhook entgeht, wird aufbewahrt und kann nachgesendet werden. Die Belege selbst werden wie immer verschickt.',
    todo: 'Lassen Sie den Webhook von denen in Ordnung bringen, die ihn betreuen. Schalten Sie ihn dann in den Teameinstellungen unter „Fakturierung“ wieder ein und senden Sie dort nach, was ihm entgangen ist.',
  },
};
