// Whole days of the reader's calendar, such as 2026-11-24, both inclusive.

export type Period = { from?: string; until?: string };

/** Reads the days from the part of the URL after the `?`; empty if there is none. Leaves out a last day before the first. */
export function readPeriod(params: URLSearchParams): Required<Period> {
  const day = (name: string): string => {
    const text = params.get(name)?.trim() ?? '';
    return isDay(text) ? text : '';
  };
  const from = day('from');
  const until = day('until');
  return { from, until: isBackward({ from, until }) ? '' : until };
}

/** Returns whether the last day lies before the first, so that nothing could be found. */
export const isBackward = ({ from, until }: Period): boolean =>
  from !== undefined && until !== undefined && from !== '' && until !== '' && until < from;

/** Returns the instants at which the period begins and ends in the reader's time zone, as the services take them. */
export function toInstants({ from, until }: Period): { from?: string; until?: string } {
  return {
    ...(from === undefined ? {} : { from: beginOf(from, 0) }),
    ...(until === undefined ? {} : { until: beginOf(until, 1) }),
  };
}

// Only years in which e-mail exists: the service accepts no year of five digits, and a year of three digits is a typing error.
export const isDay = (text: string): boolean => /^(?:19|20|21)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** Returns the instant at which the day that is `later` days after `day` begins in the reader's time zone. */
function beginOf(day: string, later: number): string {
  const begin = new Date(`${day}T00:00:00`);
  begin.setDate(begin.getDate() + later);
  return begin.toISOString();
}

/** Returns the fields that are not empty. */
export const withoutEmpty = <Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Returns the part of the URL after the `?`, with the `?` and the fields that are not empty; an empty string if all are. */
export function writeSearch(fields: Readonly<Record<string, string | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value?.trim()) params.set(name, value.trim());
  return params.size === 0 ? '' : `?${params.toString()}`;
}
