// Alerts about a route or a program of a team, and not about a document. Each further event of the same trouble updates the same
// notification.
import { type Locale, SHARED_WORDS } from '@billing-mail/contracts';
import { type Alert } from '../alert.js';
import { type AlertKind } from './alert-kind.js';

/** A row of the alert table: the type of the alert, its audience, and the data for its wording. */
export interface IncidentKind<Event, Params extends { kind: string }> extends AlertKind<Params>, Pick<Alert, 'type' | 'severity'> {
  hears(event: Event): Pick<Alert, 'teamId' | 'audience'>;
  /** Returns a key that is the same for the same trouble of this type. */
  troubleOf(event: Event): string;
  paramsOf(event: Event): Params;
}

export const decideIncident = <Event, Params extends { kind: string }>(of: IncidentKind<Event, Params>, event: Event): Alert<Params> => ({
  type: of.type,
  severity: of.severity,
  ...of.hears(event),
  groupKey: `${of.type}|${of.troubleOf(event)}`,
  params: of.paramsOf(event),
  deliveryId: null,
  documentId: null,
});

/** Words a time in UTC, because the reader's time zone is unknown. */
export const inWords = (time: string, locale: Locale): string =>
  `${new Intl.DateTimeFormat(SHARED_WORDS[locale].tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(time))} UTC`;
