// What both a service and the page say in German.
import { type words as english } from './en.js';

export const words: typeof english = {
  tag: 'de-DE',
  dayAndTime: (day, time) => `${day} um ${time} Uhr`,
  signInRefusals: {
    access_denied: 'Die Berechtigung wurde nicht erteilt. Verbinden Sie erneut und stimmen Sie der Anfrage des Anbieters zu.',
    permission_missing:
      'Die Berechtigung zum Senden von E-Mails wurde nicht miterteilt. Verbinden Sie erneut und erteilen Sie alle Berechtigungen.',
    no_lasting_permission:
      'Der Anbieter hat keine dauerhafte Berechtigung erteilt. Verbinden Sie erneut und stimmen Sie dem dauerhaften Zugriff zu.',
    mailbox_unknown: 'Der Anbieter hat das Postfach nicht genannt. Geben Sie die Adresse ein und verbinden Sie erneut.',
    link_expired:
      'Diese Anmeldung ist abgelaufen: Sie hat länger als zehn Minuten gedauert oder wurde schon verwendet. Verbinden Sie erneut.',
    other_browser:
      'Diese Anmeldung wurde in einem anderen Browser begonnen. Verbinden Sie auf der Seite, auf der Sie das Postfach verwenden.',
    provider_away: 'Der Anbieter antwortet zurzeit nicht. Versuchen Sie es in einigen Minuten erneut.',
    clock_off:
      'Die Uhr unserer Plattform geht falsch, daher lässt sich die Anmeldung nicht prüfen. Wenden Sie sich an unseren Kundendienst.',
    provider_refused: 'Der Anbieter hat die Anmeldung abgelehnt. Prüfen Sie App und Schlüssel und verbinden Sie erneut.',
  },
};
