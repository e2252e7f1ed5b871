/** As SQL. A mailbox that is closed is seldom opened again; a domain that was not paid for is, within a month. */
export const BOUNCES_REMEMBERED = `interval '30 days'`;
