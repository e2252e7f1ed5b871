// Compares what the statements of a service rely on in a schema, to find what a migration breaks for statements written before it.
import { type Client } from 'pg';

type Column = { table: string; name: string; type: string; isRequired: boolean; hasDefault: boolean };
/** A constraint or a unique index. `columns`: the columns that it involves, without expressions. */
type Rule = { table: string; name: string; kind: 'check' | 'unique' | 'reference'; definition: string; columns: string[] };
export type SchemaShape = { columns: Column[]; rules: Rule[] };

const COLUMNS = `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "isRequired",
    a.atthasdef OR a.attidentity <> '' AS "hasDefault"
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2`;

const RULES = `SELECT c.relname AS table, k.conname AS name, CASE k.contype WHEN 'f' THEN 'reference' ELSE 'check' END AS kind,
    pg_get_constraintdef(k.oid) AS definition,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = k.conrelid AND attnum = ANY (k.conkey)) AS columns
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.connamespace = to_regnamespace($1) AND k.contype IN ('c', 'f', 'x')
  UNION ALL
  SELECT c.relname, i.relname, 'unique', substring(pg_get_indexdef(x.indexrelid) FROM 'USING .*'),
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = x.indrelid AND attnum = ANY (x.indkey))
  FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
  WHERE c.relnamespace = to_regnamespace($1) AND x.indisunique ORDER BY 1, 2`;

export async function shapeOf(client: Client, schema: string): Promise<SchemaShape> {
  const columns = await client.query<Column>(COLUMNS, [schema]);
  const rules = await client.query<Rule>(RULES, [schema]);
  return { columns: columns.rows, rules: rules.rows };
}

/** Returns why a statement that worked on `before` may fail on `after`; empty if none can. */
export function breaksBetween(before: SchemaShape, after: SchemaShape): string[] {
  const tables = (shape: SchemaShape): string[] => [...new Set(shape.columns.map(({ table }) => table))];
  const gone = tables(before).filter((table) => !tables(after).includes(table));
  const kept = tables(before).filter((table) => tables(after).includes(table));
  return [
    ...gone.map((table) => `${table} is gone`),
    ...kept.flatMap((table) => [...columnBreaks(table, before, after), ...ruleBreaks(table, before, after)]),
  ];
}

function columnBreaks(table: string, before: SchemaShape, after: SchemaShape): string[] {
  const of = (shape: SchemaShape) =>
    new Map(shape.columns.filter((column) => column.table === table).map((column) => [column.name, column]));
  const [old, now] = [of(before), of(after)];
  const lost = [...old.values()].flatMap(({ name, type, isRequired, hasDefault }) => {
    const column = now.get(name);
    if (column === undefined) return [`${table}.${name} is gone`];
    if (column.type !== type) return [`${table}.${name} was ${type} and is ${column.type}`];
    if (column.isRequired && !isRequired) return [`${table}.${name} takes no null any more`];
    return column.isRequired && hasDefault && !column.hasDefault ? [`${table}.${name} has no default any more`] : [];
  });
  const demanded = [...now.values()].filter(({ name, isRequired, hasDefault }) => !old.has(name) && isRequired && !hasDefault);
  return [...lost, ...demanded.map(({ name }) => `${table}.${name} has to be given`)];
}

function ruleBreaks(table: string, before: SchemaShape, after: SchemaShape): string[] {
  const of = (shape: SchemaShape): Rule[] => shape.rules.filter((rule) => rule.table === table);
  const isIn = (rules: Rule[], { kind, definition }: Rule): boolean =>
    rules.some((other) => other.kind === kind && other.definition === definition);
  const oldColumns = new Set(before.columns.filter((column) => column.table === table).map(({ name }) => name));
  const leftEmpty = new Set(
    after.columns.filter((column) => column.table === table && !oldColumns.has(column.name) && !column.hasDefault).map(({ name }) => name),
  );
  // A statement that does not know a column leaves it NULL, and NULL neither equals another value nor violates a check.
  const isMet = ({ kind, columns, definition }: Rule): boolean =>
    kind === 'unique'
      ? columns.some((name) => leftEmpty.has(name)) && !/NULLS NOT DISTINCT/.test(definition)
      : columns.length > 0 && columns.every((name) => !oldColumns.has(name));
  return [
    // The unique rules that ON CONFLICT refers to.
    ...of(before).flatMap((rule) =>
      rule.kind === 'unique' && !isIn(of(after), rule) ? [`${table} is not unique ${rule.definition} any more`] : [],
    ),
    ...of(after).flatMap((rule) =>
      isIn(of(before), rule) || isMet(rule) ? [] : [`${table} has to meet ${rule.name}: ${rule.definition}`],
    ),
  ];
}
