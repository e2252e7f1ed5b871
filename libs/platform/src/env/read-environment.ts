import { readFileSync } from 'node:fs';
import { type z } from 'zod';

/** Thrown at start if the environment is wrong. Names every wrong variable and what it should be. */
export class EnvironmentError extends Error {
  /** What to do about it, for a person at a terminal. */
  readonly cure = 'correct the variables named above, then try again; docs/operating.md describes each of them.';

  constructor(readonly problems: string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

/**
 * Reads variables and checks them against a schema, once, at start. `X_FILE` may name a file that holds the value of `X` (Docker and
 * Kubernetes secrets). An empty variable counts as not set, because `docker compose` writes unset ones that way.
 * @throws EnvironmentError naming each wrong variable, but no value, because values may be secrets.
 */
export function readEnvironment<T extends z.ZodObject>(schema: T, source: NodeJS.ProcessEnv): z.output<T> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = source[name] || readSecretFile(name, source[`${name}_FILE`], problems);
    if (value) values[name] = value;
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0] ?? '');
      problems.push(
        name !== '' && values[name] === undefined ? `${name} is not set: ${describe(schema, name)}` : `${name} ${issue.message}`.trim(),
      );
    }
  }
  if (problems.length > 0) throw new EnvironmentError(problems);
  return parsed.data as z.output<T>;
}

function readSecretFile(name: string, file: string | undefined, problems: string[]): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}_FILE names a file that can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
    return undefined;
  }
}

function describe(schema: z.ZodObject, name: string): string {
  const field = (schema.shape as Record<string, z.ZodType>)[name];
  return field?.meta()?.description ?? 'it is required';
}
