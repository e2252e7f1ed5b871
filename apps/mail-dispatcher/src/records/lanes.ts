import { type Route } from '@billing-mail/contracts';

/** The lane of a delivery that is heading for `route`: a team's own server, or the platform for a team. What is in one lane shares its room. */
export const laneOf = (teamId: string, route: Route): string => `${teamId}/${route}`;

/** Where a lane leads. */
export const routeOf = (lane: string): Route => (lane.endsWith('/platform') ? 'platform' : 'custom');

/** What a server counts together: the platform is one sender for all teams, a team's own server knows nobody else. */
export const wayOf = (lane: string): string => (routeOf(lane) === 'platform' ? PLATFORM_WAY : lane);
/** Heads for the platform as a lane does; no team's id has a colon. */
export const PLATFORM_WAY = ':/platform';

/**
 * The end of a statement that made deliveries due which nobody holds: `source` is a CTE with `lane` and `due_at`. Lanes in their order, so that
 * two statements wait for each other and never in a circle. `changes` lets `refreshLanes` see that it read too early.
 */
export const noteDueLanes = (source: string): string => `
  INSERT INTO dispatch.lanes AS known (lane, next_due_at)
  SELECT lane, min(due_at) FROM ${source} WHERE due_at IS NOT NULL GROUP BY lane ORDER BY lane
  ON CONFLICT (lane) DO UPDATE SET next_due_at = least(known.next_due_at, excluded.next_due_at), changes = known.changes + 1`;
