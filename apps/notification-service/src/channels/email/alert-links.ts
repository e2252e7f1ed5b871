// Where an alert leads on the web page. Nothing of the addresses is of somebody else's choosing but ids and addresses, which are encoded.
import {
  deliveriesPath,
  deliveryPath,
  incidentPath,
  inboxPath,
  type LogStatus,
  preferencesPath,
  settingsPath,
  webhooksPath,
} from '@billing-mail/contracts';
import { type AlertParams, OPERATOR } from '../../alerts/alert.js';

/** What the reader finds behind a link. */
export type LinkTarget = 'delivery' | 'deliveries' | 'incident' | 'settings' | 'webhooks' | 'inbox';
export type AlertLink = { to: LinkTarget; url: string };

export type LinkedAlert = { teamId: string; params: AlertParams; count: number; deliveryId: string | null };

/** The address of the page as links begin with it; `null` where there is none. */
export const pageAddress = ({ CONSOLE_URL }: { CONSOLE_URL?: string | undefined }): string | null =>
  CONSOLE_URL?.replace(/\/+$/, '') ?? null;

/** What concerns the platform, or a job whose team could not be read, is no team's, and has no page. */
export const isOfTeam = (teamId: string): boolean => teamId !== OPERATOR.teamId && teamId !== '';

/** The delivery where the alert is about one, else the page on which all of it is seen or mended. */
export function linkOf({ teamId, params, count, deliveryId }: LinkedAlert, page: string | null): AlertLink | null {
  if (page === null || !isOfTeam(teamId)) return null;
  if (count === 1 && deliveryId !== null) return { to: 'delivery', url: `${page}${deliveryPath(teamId, deliveryId)}` };
  const deliveries = (query: { status: LogStatus } | { recipient: string }): AlertLink => ({
    to: 'deliveries',
    url: `${page}${deliveriesPath(teamId)}?${new URLSearchParams(query).toString()}`,
  });
  switch (params.kind) {
    case 'delivery':
      // Among all that was sent they are not to be found; what is to be mended is the server.
      return params.status === 'sent' && params.usedFallback ? settings(teamId, page) : deliveries({ status: params.status });
    case 'bounce': {
      const [first] = params.recipients;
      return deliveries(first === undefined ? { status: 'bounced' } : { recipient: first.address });
    }
    case 'platform_unavailable':
      return deliveries({ status: 'waiting' });
    case 'server_down':
      return params.incidentId === undefined
        ? settings(teamId, page)
        : { to: 'incident', url: `${page}${incidentPath(teamId, params.incidentId)}` };
    case 'webhook_off':
      return { to: 'webhooks', url: `${page}${webhooksPath(teamId)}` };
    case 'own_certificate_expiring':
    case 'certificate_expiring':
      return settings(teamId, page);
    // What was not taken is in no log.
    case 'rejection':
      return { to: 'inbox', url: `${page}${inboxPath(teamId)}` };
  }
}

const settings = (teamId: string, page: string): AlertLink => ({ to: 'settings', url: `${page}${settingsPath(teamId)}` });

export const preferencesLink = (teamId: string, page: string | null): string | null =>
  page === null || !isOfTeam(teamId) ? null : `${page}${preferencesPath(teamId)}`;
