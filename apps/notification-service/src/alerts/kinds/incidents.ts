// The table of alerts about a route or a program of a team, and not about a document. Each further event of the same trouble updates the
// same notification. To add one, write its row here, list it at the end, and give it words in each language (`words/*/alerts.ts`).
import {
  type CertificateExpiringEvent,
  type CertificateUse,
  type FailureReason,
  type Locale,
  type OwnCertificateExpiringEvent,
  type PlatformUnavailableEvent,
  type ServerDownEvent,
  timeInSentence,
  type WebhookOffReason,
} from '@billing-mail/contracts';
import { explainFailure } from '@billing-mail/mail-core';
import { CATALOGUES } from '../../words/catalogues.js';
import { type Alert, audienceOf, OPERATOR, type SinceTold } from '../alert.js';
import { type AlertText, replyBlocks, serverName, textBlock } from '../wording/blocks.js';
import { quotable } from '../wording/one-line.js';
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

/** Words a time in the time zone of the reader. UTC is named: it is also used where that of the reader is unknown, as in an e-mail. */
const inWords = (time: string, locale: Locale, timeZone: string): string => {
  const inZone = timeInSentence(time, locale, 'long', timeZone);
  return timeZone === 'UTC' ? `${inZone} UTC` : inZone;
};

type ServerDownParams = { kind: 'server_down' } & Pick<ServerDownEvent, 'incidentId' | 'server' | 'since' | 'failure' | 'waiting'> &
  Partial<SinceTold>;

const ofServer = (server: string, { code }: FailureReason): string => `${server}|${code}`;

/** Returns the group key for the trouble of a server. */
export const troubleOfServer = (server: string, failure: FailureReason): string => `${serverDown.type}|${ofServer(server, failure)}`;

const serverDown: IncidentKind<ServerDownEvent, ServerDownParams> = {
  type: 'smtp_server_down',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ server, failure }) => ofServer(server, failure),
  paramsOf: ({ incidentId, server, since, failure, waiting }) => ({ kind: 'server_down', incidentId, server, since, failure, waiting }),
  leadsTo: ({ incidentId }) => (incidentId === undefined ? { to: 'settings' } : { to: 'incident', id: incidentId }),
  word: (params, _count, locale, timeZone) => {
    const words = CATALOGUES[locale];
    const { title, titleFailed, happened, means, failedSince, fellBackSince } = words.alerts.server_down;
    const server = words.quoted(quotable(serverName(params.server)));
    const why = explainFailure(params.failure, locale, 'custom', 'byItself');
    const sentences = [
      happened(inWords(params.since, locale, timeZone), params.waiting),
      ...(params.failed ? [failedSince(params.failed)] : []),
      ...(params.fellBack ? [fellBackSince(params.fellBack)] : []),
    ];
    return {
      title: params.failed ? titleFailed(params.failed, server) : title(server),
      blocks: [...[sentences.join(' '), why.happened, means, why.todo].map(textBlock), ...replyBlocks(params.failure, words)],
    };
  },
};

type PlatformParams = { kind: 'platform_unavailable' } & Pick<PlatformUnavailableEvent, 'since' | 'reason' | 'waiting'>;

const platformUnavailable: IncidentKind<PlatformUnavailableEvent, PlatformParams> = {
  type: 'platform_unavailable',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ reason }) => reason,
  paramsOf: ({ since, reason, waiting }) => ({ kind: 'platform_unavailable', since, reason, waiting }),
  leadsTo: () => ({ to: 'deliveries', of: { status: 'waiting' } }),
  word: ({ since, reason, waiting }, _count, locale, timeZone) => {
    const { title, happened, means, todo } = CATALOGUES[locale].alerts.platform_unavailable;
    return { title, blocks: [happened[reason](inWords(since, locale, timeZone), waiting), means[reason], todo].map(textBlock) };
  },
};

type CertificateParams = { kind: 'certificate_expiring' } & Pick<CertificateExpiringEvent, 'notAfter' | 'daysLeft'>;
type OwnCertificateParams = { kind: 'own_certificate_expiring' } & Pick<
  OwnCertificateExpiringEvent,
  'use' | 'addresses' | 'subject' | 'notAfter' | 'daysLeft'
>;

function inText(
  use: CertificateUse | 'platform',
  name: string,
  { notAfter, daysLeft }: Pick<CertificateParams, 'notAfter' | 'daysLeft'>,
  locale: Locale,
  timeZone: string,
): AlertText {
  const { title, validity, uses } = CATALOGUES[locale].alerts.certificate_expiring;
  const { it, named, before, after, todo } = uses[use];
  const valid = validity(named(name), inWords(notAfter, locale, timeZone), daysLeft);
  return { title: title(it, daysLeft), blocks: [valid, daysLeft < 0 ? after : before, todo].map(textBlock) };
}

/** Alert about the platform's own certificate, to the operator. */
const certificateExpiring: IncidentKind<CertificateExpiringEvent, CertificateParams> = {
  type: 'certificate_expiring',
  severity: 'warning',
  hears: () => ({ teamId: OPERATOR.teamId, audience: { kind: 'users', userIds: [OPERATOR.userId] } }),
  troubleOf: ({ route, notAfter }) => `${route}|${notAfter}`,
  paramsOf: ({ notAfter, daysLeft }) => ({ kind: 'certificate_expiring', notAfter, daysLeft }),
  leadsTo: () => ({ to: 'settings' }),
  word: (params, _count, locale, timeZone) => inText('platform', '', params, locale, timeZone),
};

/** Alert about a certificate of a team, to the team. */
const teamCertificateExpiring: IncidentKind<OwnCertificateExpiringEvent, OwnCertificateParams> = {
  type: 'certificate_expiring',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ use = 'signature', notAfter }) => (use === 'signature' ? `own|${notAfter}` : `${use}|${notAfter}`),
  paramsOf: ({ use, addresses, subject, notAfter, daysLeft }) => ({
    ...{ kind: 'own_certificate_expiring', addresses, notAfter, daysLeft },
    ...(use === undefined ? {} : { use }),
    ...(subject === undefined ? {} : { subject }),
  }),
  leadsTo: () => ({ to: 'settings' }),
  word: ({ use = 'signature', addresses, subject, ...params }, _count, locale, timeZone) =>
    inText(use, (subject === undefined ? addresses : [subject]).map((name) => quotable(name)).join(', '), params, locale, timeZone),
};

/** `admins`: the users who have configured the webhook. */
type WebhookSwitchedOff = { webhookId: string; teamId: string; url: string; admins: string[]; reason: WebhookOffReason };
type WebhookParams = { kind: 'webhook_off'; host: string; reason: WebhookOffReason };

export const webhookOff: IncidentKind<WebhookSwitchedOff, WebhookParams> = {
  type: 'webhook_off',
  severity: 'error',
  // Alerts the whole team if only services have configured the webhook.
  hears: ({ teamId, admins }) => ({ teamId, audience: admins.length > 0 ? { kind: 'users', userIds: admins } : { kind: 'team' } }),
  troubleOf: ({ webhookId }) => webhookId,
  // Only the host: the path may be a secret of the receiver and the team.
  paramsOf: ({ url, reason }) => ({ kind: 'webhook_off', host: new URL(url).host, reason }),
  leadsTo: () => ({ to: 'webhooks' }),
  word: ({ host, reason }, _count, locale) => {
    const { alerts, quoted } = CATALOGUES[locale];
    const { title, happened, means, todo } = alerts.webhook_off;
    return { title: title(quoted(quotable(host))), blocks: [happened[reason], means, todo].map(textBlock) };
  },
};

/** By `kind` of the params that are stored with an alert. */
export const INCIDENTS = {
  server_down: serverDown,
  platform_unavailable: platformUnavailable,
  certificate_expiring: certificateExpiring,
  own_certificate_expiring: teamCertificateExpiring,
  webhook_off: webhookOff,
};

/** The alert that each event leads to. */
export const INCIDENT_DECISIONS = {
  server_down: (event: ServerDownEvent) => decideIncident(serverDown, event),
  platform_unavailable: (event: PlatformUnavailableEvent) => decideIncident(platformUnavailable, event),
  certificate_expiring: (event: CertificateExpiringEvent) => decideIncident(certificateExpiring, event),
  own_certificate_expiring: (event: OwnCertificateExpiringEvent) => decideIncident(teamCertificateExpiring, event),
};
