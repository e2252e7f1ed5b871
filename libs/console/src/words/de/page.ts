// What the frame, the sign-in and failed answers say, in German.
import { type pageWords as english } from '../en/page.js';

export const pageWords: typeof english = {
  brand: 'Billing Mail',
  nav: {
    label: 'Seiten',
    settings: 'E-Mail-Versand',
    deliveries: 'Versandprotokoll',
    inbox: 'Mitteilungen',
    inboxUnread: (count) => (count === 0 ? 'Mitteilungen, keine ungelesen' : `Mitteilungen, ${count.toLocaleString('de')} ungelesen`),
    team: 'Team',
    skip: 'Zum Inhalt springen',
  },
  look: { label: 'Darstellung', light: 'Hell', dark: 'Dunkel', auto: 'Wie das System' },
  language: 'Sprache',
  ownName: 'Deutsch',
  options: 'Sprache und Darstellung',
  newTab: 'öffnet sich in einem neuen Tab',
  signIn: {
    missingTitle: 'Sie sind nicht angemeldet',
    missing: 'Öffnen Sie diese Seite aus Ihrer Fakturierung; dabei werden Sie automatisch angemeldet.',
    expiredTitle: 'Ihre Anmeldung ist abgelaufen',
    expired:
      'Aus Sicherheitsgründen gilt sie nur begrenzte Zeit. Öffnen Sie diese Seite noch einmal aus Ihrer Fakturierung. Was Sie gespeichert haben, bleibt erhalten.',
    draftKept:
      'Was Sie eingegeben und noch nicht gespeichert haben, wird Ihnen in diesem Tab wieder angeboten, sobald Sie angemeldet sind; Passwörter werden nicht aufbewahrt.',
    unreadableTitle: 'Diese Anmeldung gilt hier nicht',
    unreadable:
      'Der Link, der Sie hierher führte, ist beschädigt oder für etwas anderes bestimmt. Öffnen Sie diese Seite noch einmal aus Ihrer Fakturierung.',
    otherTeamTitle: (team) => `Sie gehören nicht zum Team „${team}“`,
    otherTeam:
      'Sie sind angemeldet, aber nicht für dieses Team. Bitten Sie einen seiner Administratoren um Zugang, oder gehen Sie zu einem Ihrer Teams:',
    confirming:
      'Um Ihre E-Mail-Adresse zu bestätigen, öffnen Sie diese Seite aus Ihrer Fakturierung, gehen Sie zu den Mitteilungen, und geben Sie dort diesen Code ein:',
    noTeam: 'Sie sind angemeldet, gehören aber zu keinem Team. Bitten Sie einen Administrator Ihres Teams um Zugang.',
  },
  switchUser: {
    title: 'Als jemand anders anmelden?',
    text: (now, next) =>
      `Sie sind als ${now} angemeldet. Der Link, den Sie geöffnet haben, würde Sie als ${next} anmelden. Wenn Sie das nicht erwartet haben, bleiben Sie angemeldet wie bisher: Sie würden sonst im Namen eines anderen arbeiten.`,
    stay: (now) => `Als ${now} angemeldet bleiben`,
    change: (next) => `Als ${next} anmelden`,
  },
  notFound: {
    title: 'Hier ist nichts',
    text: 'Vielleicht ist die Adresse falsch geschrieben, oder was hier war, gibt es nicht mehr.',
    home: 'Zu den Einstellungen',
  },
  loading: 'Wird geladen',
  trouble: {
    awayTitle: 'Keine Antwort',
    away: 'Der Dienst antwortet gerade nicht. Vielleicht ist Ihre Verbindung unterbrochen, oder der Dienst wird gerade neu gestartet.',
    failedTitle: 'Das hat nicht geklappt',
    kinds: {
      'not-settled': 'Der Versand läuft noch. Warten Sie, bis er abgeschlossen ist, oder brechen Sie ihn zuerst ab.',
      settled: 'Der Versand ist inzwischen abgeschlossen; abzubrechen gibt es nichts mehr.',
      'in-final': 'Der Beleg ist dem Mailserver schon übergeben; abbrechen lässt sich der Versand nicht mehr.',
      'tests-under-way': 'Für Ihr Team laufen schon zwei Prüfungen. Warten Sie, bis eine beendet ist.',
      'admins-only': 'Das dürfen nur Administratoren des Teams ändern. Wenden Sie sich an einen von ihnen.',
      'not-found': 'Das gibt es nicht mehr, oder es gehört einem anderen Team.',
      'message-differs':
        'Die Nachricht lässt sich nicht mehr genau so herstellen, wie sie verschickt wurde: Das Zertifikat oder unser Programm hat sich seitdem geändert.',
      'document-changed': 'Der Beleg ist nicht mehr der, der verschickt wurde: Er wurde an seinem Ablageort geändert oder entfernt.',
      'database-away': 'Unsere Datenbank antwortet nicht. Es wurde nichts geändert; versuchen Sie es gleich noch einmal.',
      'too-many-requests': 'Das wurde in kurzer Zeit zu oft angefordert. Es wurde nichts geändert.',
      'too-much-at-once': 'Im Moment wird zu viel auf einmal übertragen. Es wurde nichts geändert.',
      'open-streams': 'Sie haben diese Seite zu oft geöffnet. Schließen Sie sie, wo Sie sie nicht brauchen.',
      'identity-provider-away':
        'Ihre Anmeldung lässt sich gerade nicht prüfen. Sie bleiben angemeldet; versuchen Sie es gleich noch einmal.',
      'provider-away': 'Der Anbieter des Postfachs antwortet nicht. Prüfen Sie seine Adresse, oder versuchen Sie es gleich noch einmal.',
      'clock-off':
        'Die Uhr unserer Plattform geht falsch, daher lehnt der Anbieter unsere Anfragen ab. Wenden Sie sich an unseren Kundendienst.',
      unknown:
        'Bei uns ist etwas schiefgegangen. Versuchen Sie es erneut; klappt es wieder nicht, nennen Sie unserem Kundendienst die Nummer der Anfrage.',
    },
    comeAgain: (wait) => `Versuchen Sie es in ${wait} noch einmal.`,
    requestId: (id) => `Anfrage ${id}`,
    retry: 'Erneut versuchen',
    crashedTitle: 'Auf dieser Seite ist ein Fehler aufgetreten',
    crashed: 'In der Seite selbst ist etwas Unvorhergesehenes geschehen. Gespeichertes ist davon nicht betroffen.',
    reload: 'Seite neu laden',
  },
  offline: 'Sie sind offline. Was Sie sehen, ist vielleicht nicht mehr aktuell; speichern können Sie, sobald die Verbindung wieder steht.',
  correct: 'Bitte berichtigen:',
  quoted: (text) => `„${text}“`,
  showPassword: 'Passwort anzeigen',
  close: 'Schließen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  cancel: 'Abbrechen',
};
