import { type Route } from '@billing-mail/contracts';

/** Returns the lane of a delivery: its team, and the route that it takes next. Deliveries of a lane share its limits. */
export const laneOf = (teamId: string, route: Route): string => `${teamId}/${route}`;

export const routeOf = (lane: string): Route => (lane.endsWith('/platform') ? 'platform' : 'custom');

/**
 * Returns the name under which limits count the server of a lane: all teams share the server of the platform, and each team's own server
 * counts separately.
 */
export const wayOf = (lane: string): string => (routeOf(lane) === 'platform' ? PLATFORM_WAY : lane);
/** Ends like a lane of the platform, so `routeOf` accepts it; no team's id contains a colon. */
export const PLATFORM_WAY = ':/platform';

/**
 * Returns the part of a statement that records in `dispatch.lanes` that it has made unclaimed deliveries due. `source` is a CTE with `lane`
 * and `due_at`. The lanes are written in order, so that two statements can't deadlock. `changes` tells `refreshLanes` that a lane has
 * changed since it read it.
 */
export const noteDueLanes = (source: string): string => `
  INSERT INTO dispatch.lanes AS known (lane, next_due_at)
  SELECT lane, min(due_at) FROM ${source} WHERE due_at IS NOT NULL GROUP BY lane ORDER BY lane
  ON CONFLICT (lane) DO UPDATE SET next_due_at = least(known.next_due_at, excluded.next_due_at), changes = known.changes + 1`;
