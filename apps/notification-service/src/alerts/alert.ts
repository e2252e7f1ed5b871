// What an outcome means for people, as data: decided by a row of the table, kept with the notification, put into words when it is read.
import { type NotificationType, type Severity, type TeamEvent } from '@billing-mail/contracts';

/** What became of documents by trouble of a server after its team was told of it: how many failed, and how many went out by the platform. */
export type SinceTold = { failed: number; fellBack: number };

/** Who runs the platform: a team and a user of that no token can speak, as their signs do not fit a team. */
export const OPERATOR = { teamId: '(platform)', userId: '(operator)' } as const;

/** For whom alerts to a team's own address are kept; nobody is called that, and whoever in the team were would see what the team is told. */
export const teamMailbox = (teamId: string): string => `(team ${teamId})`;

/** Certain users, or everybody in the team when nobody is named. */
export type Audience = { kind: 'users'; userIds: string[] } | { kind: 'team' };

/** `Params`: what its words are made of when it is read; `kind` is that of its row in the table. */
export type Alert<Params extends { kind: string } = { kind: string }> = {
  teamId: string;
  type: NotificationType;
  severity: Severity;
  audience: Audience;
  /** The same kind of trouble has the same key. */
  groupKey: string;
  /** The trouble of a server that it is one more document of: whoever was told of that is not told of each. */
  partOf?: { groupKey: string; as: keyof SinceTold };
  params: Params;
  deliveryId: string | null;
  documentId: string | null;
  /** The step that tells it, where that is traced. */
  traceparent?: string;
};

/** Whoever asked for it and those whom the team has named. */
export function audienceOf(event: TeamEvent): Audience {
  const userIds = [...new Set([...(event.requestedBy ? [event.requestedBy.userId] : []), ...event.notifyUserIds])];
  return userIds.length > 0 ? { kind: 'users', userIds } : { kind: 'team' };
}
