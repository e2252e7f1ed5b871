/**
 * How long a session of a service may run a statement, or stay idle within a transaction, so that one that hangs does not hold rows for
 * ever.
 */
export const SESSION_LIMITS = { statement_timeout: '30s', idle_in_transaction_session_timeout: '60s' } as const;
