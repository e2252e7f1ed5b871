import { type incidentWords as english } from '../en/incidents.js';

const inZiffern = (count: number): string => count.toLocaleString('de');
const belege = (count: number): string => (count === 1 ? '1 Beleg' : `${inZiffern(count)} Belege`);
const versuche = (count: number): string => (count === 1 ? '1 gescheiterter Versuch' : `${inZiffern(count)} gescheiterte Versuche`);

export const incidentWords: typeof english = {
  banner: (server, since) => `Seit ${since} scheitert der Versand über ${server}.`,
  show: 'Was ist zu tun?',
  title: (server) => `Störung bei ${server}`,
  facts: (since, failures, last) => `${versuche(failures)} seit ${since}; der letzte: ${last}.`,
  over: (when) => `Die Störung ist behoben: Am ${when} wurde auf diesem Weg wieder ein Beleg verschickt.`,
  turns: {
    team: 'Ihr Team muss handeln',
    operator: 'Der Betreiber des Mailservers muss handeln',
    platform: 'Wir kümmern uns darum',
  },
  mend: 'Zu den Einstellungen',
  mendThenSend: 'Prüfen Sie dort die Verbindung und speichern Sie. Was noch wartet, wird dann von selbst verschickt.',
  progressLabel: 'Verschickte Belege',
  progress: (done, total) =>
    `${inZiffern(done)} von ${total === 1 ? '1 Beleg' : `${inZiffern(total)} Belegen`} verschickt oder erneut verschickt.`,
  waiting: (count) => `${belege(count)} noch in Arbeit.`,
  notSent: (count) => `${belege(count)} nicht verschickt: Erneut verschicken, sobald die Ursache behoben ist.`,
  list: 'Betroffene Belege',
  search: 'Darin suchen',
  ofDelivery: 'Der Mailserver war gestört:',
  retryNow: 'Jetzt versuchen',
  reschedule: {
    open: 'Anderer Zeitpunkt …',
    title: 'Anderer Zeitpunkt',
    lead: 'Vorher wird kein Versand versucht.',
    field: 'Datum und Uhrzeit',
    save: 'Zeitpunkt festlegen',
  },
  received: {
    open: 'Als angekommen vermerken …',
    title: 'Als angekommen vermerken?',
    lead: 'Tun Sie das, wenn der Empfänger bestätigt hat, dass der Beleg angekommen ist. Dann besteht kein Handlungsbedarf mehr.',
    field: 'Notiz (etwa von wem Sie es wissen)',
    save: 'Als angekommen vermerken',
    by: (user, when) => `Von ${user} am ${when} als angekommen vermerkt`,
  },
  cancelledBy: (user) => `Abgebrochen von ${user}`,
};
