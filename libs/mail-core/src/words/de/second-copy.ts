// Why a recipient may have received a second copy, and what to say if asked about it, in German.
import { type secondCopy as english } from '../en/second-copy.js';

export const secondCopy: typeof english = {
  happened:
    'Ein früherer Versuch endete ohne Antwort des Mailservers, deshalb wurde die E-Mail noch einmal abgeschickt. Die meisten E-Mail-Programme zeigen beide als eine.',
  ifAsked: 'Fragt ein Empfänger nach: Beides ist derselbe Beleg und nur einmal zu buchen und zu bezahlen.',
};
