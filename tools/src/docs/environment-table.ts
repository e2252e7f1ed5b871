// The table of environment variables in docs/operating.md, generated from the schemas with which the services read them.
import { isDeepStrictEqual } from 'node:util';
import { type z } from 'zod';
import { markdownTable } from './markdown-table.js';
import { type ServiceEnvironment } from './service-environments.js';

const SHORT_NAMES = { 'settings-api': 'settings', 'mail-dispatcher': 'dispatcher', 'notification-service': 'notification' } as const;

const DURATIONS: [unit: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];
const MIB = 1024 * 1024;

/** Returns the table with one row for each variable: which services read it, its default as one would write it, and its description. */
export function environmentTable(environments: readonly ServiceEnvironment[]): string {
  const variables = [...new Set(environments.flatMap(({ schema }) => Object.keys(schema.shape)))];
  const rows = variables.map((variable) => {
    const readers = environments.filter(({ schema }) => variable in schema.shape);
    const fields = readers.map(({ schema }) => schema.shape[variable] as z.ZodType);
    const of = readers.length === environments.length ? 'all' : readers.map(({ service }) => SHORT_NAMES[service]).join(', ');
    const defaults = [...new Set(fields.map(describeDefault))];
    return [`\`${variable}\``, of, defaults.join(' / '), describe(variable, fields)];
  });
  return markdownTable(['variable', 'of', 'default', 'what it is'], rows);
}

function describe(variable: string, fields: readonly z.ZodType[]): string {
  // A variant that one service derives from the shared definition, such as an optional one, has no description of its own.
  const meta = fields.map((field) => field.meta()).find((candidate) => candidate?.description !== undefined);
  if (meta?.description === undefined) throw new Error(`${variable} has no description`);
  return meta['secret'] === true ? `${meta.description} (secret)` : meta.description;
}

function describeDefault(field: z.ZodType): string {
  const other = field.meta()?.['elseUses'];
  if (typeof other === 'string') return `\`${other}\``;
  const absent = field.safeParse(undefined);
  if (!absent.success) return 'required';
  if (absent.data === undefined) return '–';
  const written = candidates(absent.data).find((text) => {
    const parsed = field.safeParse(text);
    return parsed.success && isDeepStrictEqual(parsed.data, absent.data);
  });
  if (written !== undefined) return `\`${written}\``;
  if (Array.isArray(absent.data) && absent.data.length === 0) return 'none';
  throw new Error(`the default ${JSON.stringify(absent.data)} can't be written as a variable`);
}

/** Returns ways to write a value; the schema decides which of them is valid. */
function candidates(value: unknown): string[] {
  const items = Array.isArray(value) ? (value as unknown[]) : [value];
  const durations = items.map((item) => (typeof item === 'number' ? durationOf(item) : String(item)));
  const sizes = items.map((item) => (typeof item === 'number' ? `${item / MIB}MiB` : String(item)));
  return [items.join(','), durations.join(','), sizes.join(',')];
}

function durationOf(ms: number): string {
  const [unit, size] = DURATIONS.find(([, candidate]) => ms >= candidate && ms % candidate === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
