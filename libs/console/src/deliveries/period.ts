// Whole days as the reader's calendar has them, such as 2026-11-24, both inclusive.

export type Period = { from?: string; until?: string };

/** The days in the part of the URL behind the `?`; empty where there is none. A last day before the first is left out. */
export function readPeriod(params: URLSearchParams): Required<Period> {
  const day = (name: string): string => {
    const text = params.get(name)?.trim() ?? '';
    return isDay(text) ? text : '';
  };
  const from = day('from');
  const until = day('until');
  return { from, until: isBackward({ from, until }) ? '' : until };
}

/** Whether the last day lies before the first, so that nothing could be found. */
export const isBackward = ({ from, until }: Period): boolean =>
  from !== undefined && until !== undefined && from !== '' && until !== '' && until < from;

/** The instants at which the period begins and ends in the reader's time zone, as the services take it. */
export function toInstants({ from, until }: Period): { from?: string; until?: string } {
  return {
    ...(from === undefined ? {} : { from: beginOf(from, 0) }),
    ...(until === undefined ? {} : { until: beginOf(until, 1) }),
  };
}

// Years in which there is e-mail: the service accepts no year of five digits, and one of three digits is a typing error.
const isDay = (text: string): boolean => /^(?:19|20|21)\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** The instant at which the day so many days after `day` begins here. */
function beginOf(day: string, later: number): string {
  const begin = new Date(`${day}T00:00:00`);
  begin.setDate(begin.getDate() + later);
  return begin.toISOString();
}

/** Fields with something in them. */
export const withoutEmpty = <Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** The part of the URL behind the `?` with what of these is not empty; itself empty where all are. */
export function writeSearch(fields: Readonly<Record<string, string | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value?.trim()) params.set(name, value.trim());
  return params.size === 0 ? '' : `?${params.toString()}`;
}
