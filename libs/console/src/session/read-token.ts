// What the page learns from its token: whose it is, for which teams, until when. Only the services can tell whether it is genuine.
import { explainLine, TEAM_ID, type TokenClaims, USER_ID } from '@billing-mail/contracts';

export type SignedIn = { kind: 'signed_in'; token: string; claims: TokenClaims; expiresAtMs: number | null };
/** `asking`: the page is finding out whether another tab is signed in. */
export type Session = { kind: 'missing' } | { kind: 'asking' } | { kind: 'unreadable' } | { kind: 'expired' } | SignedIn;

/** Reads a token (`null`: there is none) at the time `nowMs`. */
export function readToken(token: string | null, nowMs: number): Session {
  if (token === null || token === '') return { kind: 'missing' };
  const payload = decodePayload(token);
  const claims = readClaims(payload);
  if (claims === null) return { kind: 'unreadable' };
  const { exp } = payload as { exp?: unknown };
  const expiresAtMs = typeof exp === 'number' ? exp * 1000 : null;
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return { kind: 'expired' };
  return { kind: 'signed_in', token, claims, expiresAtMs };
}

/** Returns our claims of the token; `null` if the services would not accept them. */
function readClaims(payload: unknown): TokenClaims | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { sub, role, teams } = payload as Record<string, unknown>;
  if (typeof sub !== 'string' || explainLine(sub, USER_ID) !== null) return null;
  if (role !== undefined && role !== 'service') return null;
  if (teams !== undefined && !isTeams(teams)) return null;
  return { sub, ...(role === undefined ? {} : { role }), ...(teams === undefined ? {} : { teams }) };
}

const isTeams = (teams: unknown): teams is NonNullable<TokenClaims['teams']> =>
  typeof teams === 'object' &&
  teams !== null &&
  !Array.isArray(teams) &&
  Object.entries(teams).every(([team, role]) => TEAM_ID.test(team) && (role === 'admin' || role === 'member'));

/** Parses the part between the dots as JSON. Returns `null` if it is not JSON. */
function decodePayload(token: string): unknown {
  const part = token.split('.')[1] ?? '';
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null; // not base64 or not JSON: no token of ours
  }
}

export type TeamRole = 'admin' | 'member';

/** Returns the caller's role in a team; `null` if the team is not theirs. An internal service may do what an admin may. */
export function roleIn(claims: TokenClaims, teamId: string): TeamRole | null {
  if (claims.role === 'service') return 'admin';
  return Object.hasOwn(claims.teams ?? {}, teamId) ? (claims.teams?.[teamId] ?? null) : null;
}
