// Why a document came back after it had been sent, in German, for the people in billing.
import { type BounceCatalogue } from '../bounce-words.js';

const ASK_CUSTOMER =
  'Fragen Sie den Kunden nach einer anderen Adresse oder bitten Sie ihn, die Ursache zu beheben, und verschicken Sie den Beleg erneut.';
const LATER = 'Verschicken Sie den Beleg später erneut. Kommt er wieder zurück, fragen Sie den Kunden nach einer anderen Adresse.';

export const bounces: BounceCatalogue = {
  no_such_address: {
    happened: 'Diese E-Mail-Adresse gibt es nicht.',
    todo: 'Prüfen Sie die Schreibweise oder fragen Sie den Kunden nach der richtigen Adresse. Berichtigen Sie die Adresse und verschicken Sie den Beleg erneut.',
  },
  domain_not_found: {
    happened: 'Der Teil der E-Mail-Adresse nach dem @ existiert nicht oder nimmt keine E-Mails an.',
    todo: 'Prüfen Sie die Schreibweise oder fragen Sie den Kunden nach der richtigen Adresse. Berichtigen Sie die Adresse und verschicken Sie den Beleg erneut.',
  },
  mailbox_full: {
    happened: 'Das Postfach des Empfängers ist voll.',
    todo: 'Bitten Sie den Kunden, Platz zu schaffen oder eine andere Adresse zu nennen, und verschicken Sie den Beleg erneut.',
  },
  mailbox_disabled: {
    happened: 'Das Postfach des Empfängers ist geschlossen oder wird nicht mehr verwendet.',
    todo: 'Fragen Sie den Kunden nach der aktuellen Adresse, berichtigen Sie sie und verschicken Sie den Beleg erneut.',
  },
  blocked: {
    happened: 'Der Mailserver des Empfängers nimmt keine E-Mails von dem Server an, der den Beleg verschickt hat.',
    todo: 'Melden Sie das unserem Kundendienst und bitten Sie den Kunden, Ihre E-Mails durchzulassen. Verschicken Sie den Beleg dann erneut.',
  },
  content_refused: {
    happened: 'Der Mailserver des Empfängers hat den Inhalt der E-Mail abgelehnt, etwa weil er unerwünschte Werbung vermutet.',
    todo: 'Bitten Sie den Kunden, Ihre E-Mails durchzulassen, und verschicken Sie den Beleg dann erneut.',
  },
  too_large: {
    happened: 'Die E-Mail ist mit ihren Anhängen zu groß für das Postfach des Empfängers.',
    todo: 'Verschicken Sie den Beleg mit kleineren oder weniger Anhängen oder lassen Sie ihn dem Kunden auf anderem Weg zukommen.',
  },
  relaying_denied: {
    happened: 'Der Mailserver, der für diese E-Mail-Adresse zuständig sein soll, nimmt keine E-Mails für sie an.',
    todo: 'Prüfen Sie die Schreibweise oder fragen Sie den Kunden nach einer anderen Adresse. Berichtigen Sie die Adresse und verschicken Sie den Beleg erneut.',
  },
  sender_refused: {
    happened: 'Der Mailserver des Empfängers nimmt von diesem Absender keine E-Mails an.',
    todo: 'Melden Sie das unserem Kundendienst und bitten Sie den Kunden, Ihre E-Mails durchzulassen. Verschicken Sie den Beleg dann erneut.',
  },
  recipient_refuses: {
    happened: 'Der Empfänger nimmt keine E-Mails von Ihnen an: Eine eigene Regel oder eine Liste erlaubter Absender hält sie ab.',
    todo: 'Bitten Sie den Kunden, Ihre E-Mails zuzulassen oder eine andere Adresse zu nennen, und verschicken Sie den Beleg erneut.',
  },
  policy: { happened: 'Die Regeln des Mailservers des Empfängers lassen diese E-Mail nicht zu.', todo: ASK_CUSTOMER },
  authentication: {
    happened: 'Der Mailserver des Empfängers vertraut dem Absender der E-Mail nicht.',
    todo: 'Melden Sie das unserem Kundendienst und verschicken Sie den Beleg erneut, sobald die Ursache behoben ist.',
  },
  rate_limited: {
    happened: 'Der Mailserver des Empfängers hat zu dieser Zeit zu viele E-Mails bekommen und diese nicht angenommen.',
    todo: LATER,
  },
  unreachable: { happened: 'Der Mailserver des Empfängers war nicht erreichbar.', todo: LATER },
  routing_loop: { happened: 'Die E-Mail wurde auf dem Weg zum Empfänger im Kreis weitergereicht.', todo: ASK_CUSTOMER },
  expired: {
    happened: 'Der Mailserver des Empfängers hat die E-Mail trotz wiederholter Versuche nicht angenommen.',
    todo: LATER,
  },
  system_error: {
    happened: 'Der Mailserver des Empfängers hatte selbst eine Störung und nahm die E-Mail nicht an.',
    todo: LATER,
  },
  other: { happened: 'Die E-Mail kam zurück. Aus der Antwort des anderen Servers geht nicht klar hervor, warum.', todo: ASK_CUSTOMER },
};
