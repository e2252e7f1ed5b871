// Alerts about a way out or a program of a team's, as opposed to a document. Trouble that goes on is told anew with each event, on one notification.
import { type Locale } from '@billing-mail/contracts';
import { type Alert } from '../alert.js';
import { type AlertKind } from './alert-kind.js';

/** A row of the table of alerts: what an event is told as, who hears it, and what is kept for its words. */
export interface IncidentKind<Event, Params extends { kind: string }> extends AlertKind<Params>, Pick<Alert, 'type' | 'severity'> {
  hears(event: Event): Pick<Alert, 'teamId' | 'audience'>;
  /** The same for the same trouble, within the type. */
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

/** With its zone, as nobody knows that of the reader. */
export const inWords = (time: string, locale: Locale): string =>
  `${new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'de-DE', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(time))} UTC`;
