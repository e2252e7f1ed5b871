/** Where the reader's preferences are kept once they are asked for. */
export const PREFERENCES_KEY = ['preferences'] as const;
