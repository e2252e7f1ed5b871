// What the test of a mail server says, in German.
import { type testWords as english } from '../en/server-test.js';

export const testWords: typeof english = {
  title: 'Verbindung prüfen',
  lead: 'Prüft, was gerade im Formular steht, ohne es zu speichern. An Ihre Kunden geht dabei nichts.',
  test: 'Verbindung prüfen',
  sendTo: 'Test-E-Mail senden an',
  send: 'Test-E-Mail senden',
  running: 'Wird geprüft …',
  passed: 'Die Verbindung funktioniert.',
  passedSent: (address) =>
    `Die Verbindung funktioniert. Der Server hat eine Test-E-Mail an ${address} angenommen; sehen Sie nach, ob sie ankommt.`,
  failed: (step) => `Dieser Schritt ist gescheitert: ${step}`,
  outdated: 'Das Formular wurde seit dieser Prüfung geändert.',
  steps: {
    policy: 'Prüfen, ob Server und Port zugelassen sind',
    dns: 'Server finden',
    connect: 'Mit dem Server verbinden',
    tls: 'Verbindung verschlüsseln',
    greeting: 'Begrüßungen austauschen',
    auth: 'Anmelden',
    mail_from: 'Prüfen, ob der Absender angenommen wird',
    rcpt: 'Prüfen, ob der Empfänger angenommen wird',
    data: 'Test-E-Mail übergeben',
  },
  ok: 'erledigt',
  notOk: 'gescheitert',
  technical: 'Technische Einzelheiten',
};
