// What the inbox says, in German.
import { type inboxWords as english } from './inbox-words.en.js';

export const inboxWords: typeof english = {
  title: 'Mitteilungen',
  lead: 'Was Sie über Ihre Belege wissen sollten. Ungelesene stehen oben.',
  readAll: 'Alle als gelesen markieren',
  markRead: 'Als gelesen markieren',
  unread: 'Ungelesen',
  open: 'Sendung öffnen',
  times: (count) => `${count.toLocaleString('de')} Belege`,
  team: (team) => `Team ${team}`,
  severity: { info: 'Zur Kenntnis', warning: 'Achtung', error: 'Nicht versandt' },
  more: 'Weitere anzeigen',
  empty: 'Nichts zu melden',
  emptyText: 'Wenn ein Beleg nicht oder nicht wie vorgesehen versandt werden kann, lesen Sie es hier.',
  preferences: {
    title: 'Wie Sie benachrichtigt werden',
    lead: 'Gilt nur für Sie, in allen Ihren Teams.',
    email: 'Ihre E-Mail-Adresse',
    emailHint: 'Leer: die Adresse, die in Ihren Belegen steht.',
    locale: 'Sprache',
    byInbox: 'Hier in den Mitteilungen',
    byEmail: 'Zusätzlich per E-Mail',
    save: 'Speichern',
    saved: 'Gespeichert.',
  },
};
