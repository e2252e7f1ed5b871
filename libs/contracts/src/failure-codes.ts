/**
 * Every reason for which a try, a recipient or a delivery can fail, as an API value. What each means and what to do about it
 * stands in mail-core's `explaining`; which SMTP reply leads to which in mail-core's `replies`.
 */
export const FAILURE_CODES = [
  // the way to the server
  'smtp_host_forbidden',
  'smtp_port_forbidden',
  'smtp_host_unknown',
  'smtp_dns_unavailable',
  'smtp_unreachable',
  'smtp_tls_failed',
  'smtp_tls_unavailable',
  'smtp_starttls_missing',
  'smtp_tls_outdated',
  'smtp_certificate_untrusted',
  'smtp_certificate_incomplete',
  'smtp_certificate_expired',
  'smtp_certificate_not_yet_valid',
  'smtp_certificate_wrong_host',
  'smtp_client_certificate_wanted',
  'smtp_greeting_refused',
  'smtp_protocol_error',
  'smtp_auth_rejected',
  'smtp_auth_unavailable',
  'smtp_auth_required',
  'smtp_auth_switched_off',
  'smtp_password_not_allowed',
  'smtp_token_refused',
  'smtp_mailbox_not_permitted',
  'smtp_sign_in_expired',
  'smtp_token_unavailable',
  'smtp_server_busy',
  'smtp_rate_limited',
  'smtp_connection_lost',
  'smtp_timeout',
  // what the server thinks of sender, recipient, message
  'sender_refused',
  'sender_unauthenticated',
  'sender_mailbox_full',
  'sender_unlicensed',
  'sender_throttled',
  'sender_blocked',
  'recipient_unknown',
  'recipient_refused',
  'asked_to_come_back',
  'recipient_needs_smtputf8',
  'mailbox_full',
  'too_many_recipients',
  'message_too_large',
  'message_refused',
  // taken, and sent back later
  'bounced',
  // nobody knows
  'no_final_reply',
  // before any server was asked
  'settings_unavailable',
  'signing_unavailable',
  'team_unknown',
  'document_changed',
  'too_many_crashes',
  'cancelled',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];
