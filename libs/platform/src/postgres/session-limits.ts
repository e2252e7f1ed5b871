/** How long a service's session may take over a statement, or do nothing within a transaction: what hangs must not hold rows for ever. */
export const SESSION_LIMITS = { statement_timeout: '30s', idle_in_transaction_session_timeout: '60s' } as const;
