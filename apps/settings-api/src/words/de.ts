// What a test of a mail server and the end of a sign-in say, in German.
import { type words as english } from './en.js';

export const words: typeof english = {
  callbackPage: {
    connected: 'Verbunden',
    notConnected: 'Nicht verbunden',
    close: 'Sie können dieses Fenster schließen.',
  },
  testMessage: {
    subject: 'Billing Mail: Test Ihres Mailservers',
    text: (server) =>
      `Dies ist eine Testnachricht.\n\nWenn Sie sie lesen können, kann Billing Mail E-Mails über ${server} verschicken.\nSie brauchen nichts zu tun; Antworten werden nicht gelesen.\n`,
  },
  notAsked:
    'Nicht geprüft: ob der Server eine ganze E-Mail annimmt und ob er E-Mails an fremde Adressen weiterleitet. Das zeigt eine Test-E-Mail.',
  unreachedName: {
    detail: 'Unter diesem Namen ist von hier aus kein Mailserver zu erreichen.',
    hint: 'Prüfen Sie die Schreibweise und tragen Sie den öffentlichen Namen Ihres Mailservers ein. Namen, die in ein geschütztes Netz führen, werden nicht verwendet.',
  },
};
