import { type BounceClass, type FailureCode, type Mender, type Route } from '@billing-mail/contracts';

type Mending = { turn: Mender; /** JSON pointer of the setting to look at. */ field: string | null };

const inField = (field: string): Mending => ({ turn: 'team', field });
const HOST = inField('/smtp/host');
const SECURITY = inField('/smtp/security');
const SIGN_IN = inField('/smtp/auth/type');
const PASSWORD = inField('/smtp/auth/password');
const CLIENT_CERTIFICATE = inField('/smtp/tls/clientCertificate/file');
const SENDER = inField('/smtp/fromAddress');

/** Failures of a team's own server that its settings can mend; all others are up to the people who run the server. */
const IN_THE_SETTINGS: Partial<Record<FailureCode, Mending>> = {
  smtp_host_forbidden: HOST,
  smtp_host_unknown: HOST,
  smtp_dns_unavailable: HOST,
  smtp_unreachable: HOST,
  smtp_timeout: HOST,
  smtp_certificate_wrong_host: HOST,
  smtp_port_forbidden: inField('/smtp/port'),
  smtp_tls_failed: SECURITY,
  smtp_starttls_missing: SECURITY,
  smtp_auth_rejected: PASSWORD,
  smtp_password_not_allowed: PASSWORD,
  smtp_auth_required: SIGN_IN,
  smtp_auth_switched_off: SIGN_IN,
  smtp_token_refused: SIGN_IN,
  smtp_mailbox_not_permitted: SIGN_IN,
  smtp_sign_in_expired: SIGN_IN,
  smtp_certificate_not_pinned: inField('/smtp/tls/pin'),
  smtp_client_certificate_wanted: CLIENT_CERTIFICATE,
  smtp_client_certificate_refused: CLIENT_CERTIFICATE,
  sender_refused: SENDER,
  sender_unauthenticated: SENDER,
};

/** Returns who has to act when a route fails, and at which setting. Only we can change the platform's server. */
export function whereToMend(code: FailureCode, route: Route): Mending {
  if (route === 'platform') return { turn: 'platform', field: null };
  return IN_THE_SETTINGS[code] ?? { turn: 'operator', field: null };
}

/** Sent again to the same address, the document would be refused, or would come back, again. */
const REFUSED_ADDRESS: readonly (FailureCode | null)[] = ['recipient_unknown', 'recipient_needs_smtputf8'];
const BOUNCED_ADDRESS: readonly BounceClass[] = ['no_such_address', 'domain_not_found', 'mailbox_disabled', 'relaying_denied'];

/** Returns whether the address of a recipient who was refused for this reason, or from whom the document came back, has to be corrected. */
export const isAddressWrong = (reason: FailureCode | null, bounce: BounceClass | null): boolean =>
  bounce === null ? REFUSED_ADDRESS.includes(reason) : BOUNCED_ADDRESS.includes(bounce);
