// How teams, users and languages are named, without the schemas made of it: the web page weighs what it imports.

export const TEAM_ID = /^[A-Za-z0-9_-]{1,64}$/;
export const USER_ID = { max: 200 } as const;

/** The languages that people are spoken to in. */
export const LOCALES = ['en', 'de'] as const;
