// What an outcome means for people, as data. The alert table decides it, the notification stores it, and it is worded when it is read.
import { type NotificationType, type Severity, type TeamEvent } from '@billing-mail/contracts';

/**
 * What happened to documents because of a server since its team was told of the trouble: how many failed, and how many went out by the
 * platform.
 */
export type SinceTold = { failed: number; fellBack: number };

/** The operator of the platform. No token can name this team, because the ids of teams have no parentheses. */
export const OPERATOR = { teamId: '(platform)', userId: '(operator)' } as const;

/**
 * The reader under which alerts to a team's own address are stored. No user has this id in practice; a member of the team who had it would
 * only see what the team is told.
 */
export const teamMailbox = (teamId: string): string => `(team ${teamId})`;

/** Certain users, or everybody in the team if nobody is named. */
export type Audience = { kind: 'users'; userIds: string[] } | { kind: 'team' };

/** `Params`: the data for the wording; `kind` names their row in the table. */
export type Alert<Params extends { kind: string } = { kind: string }> = {
  teamId: string;
  type: NotificationType;
  severity: Severity;
  audience: Audience;
  /** The same for all alerts about the same trouble. */
  groupKey: string;
  /** The trouble of a server that this document is part of. Readers who were told of the trouble are not told of each document. */
  partOf?: { groupKey: string; as: keyof SinceTold };
  params: Params;
  deliveryId: string | null;
  documentId: string | null;
  /** Trace context of the step that raises the alert, if traced. */
  traceparent?: string;
};

/** Returns the requester of the document and the users whom the team has named. */
export function audienceOf(event: TeamEvent): Audience {
  const userIds = [...new Set([...(event.requestedBy ? [event.requestedBy.userId] : []), ...event.notifyUserIds])];
  return userIds.length > 0 ? { kind: 'users', userIds } : { kind: 'team' };
}
