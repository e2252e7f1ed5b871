/** Query key under which the reader's preferences are kept once they were asked for. */
export const PREFERENCES_KEY = ['preferences'] as const;
