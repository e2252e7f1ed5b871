// What the window in which a mailbox is connected tells the page that opened it. Kept apart from the schemas, which would double the size
// of that page.

/** Why a sign-in failed, as the window in which it ends reports it. */
export const CONNECTION_REFUSALS = [
  'access_denied',
  'permission_missing',
  'no_lasting_permission',
  'mailbox_unknown',
  'link_expired',
  'other_browser',
  'provider_away',
  'clock_off',
  'provider_refused',
] as const;
export type ConnectionRefusal = (typeof CONNECTION_REFUSALS)[number];

/**
 * Type of the message in which the window of the sign-in reports to the page that opened it: by `postMessage` and on the `BroadcastChannel`
 * of this name, both to its own origin.
 */
export const CONNECTION_CHANNEL = 'billing-mail:connection';
export type ConnectionMessage = { type: typeof CONNECTION_CHANNEL } & (
  { ok: true; mailbox: string } | { ok: false; reason: ConnectionRefusal }
);
