// How teams and users are named. Kept apart from the schemas so that the page does not bundle zod.

export const TEAM_ID = /^[A-Za-z0-9_-]{1,64}$/;
export const USER_ID = { max: 200 } as const;
