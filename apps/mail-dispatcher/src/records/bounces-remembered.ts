/**
 * How long a dead address is remembered, as SQL. A closed mailbox seldom opens again; a domain that was not paid for usually works again
 * within a month.
 */
export const BOUNCES_REMEMBERED = `interval '30 days'`;
