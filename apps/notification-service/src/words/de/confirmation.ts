// The e-mail that asks whether alerts may go to an address, in German.
import { type confirmation as english } from '../en/confirmation.js';

export const confirmation: typeof english = {
  subject: 'Bestätigen Sie Ihre E-Mail-Adresse für Benachrichtigungen',
  asked: 'Jemand möchte Benachrichtigungen über den Versand von Belegen an diese Adresse erhalten.',
  byLink: 'Waren Sie das, öffnen Sie diese Seite, melden Sie sich an und bestätigen Sie die Adresse. Der Link gilt 24 Stunden:',
  byCode: 'Waren Sie das, geben Sie diesen Code in Ihren Benachrichtigungseinstellungen ein. Er gilt 24 Stunden:',
  otherwise: 'Waren Sie das nicht, müssen Sie nichts tun: Ohne Bestätigung wird nichts an diese Adresse geschickt.',
};
