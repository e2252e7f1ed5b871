import { type ServiceEnvironment } from '../docs/service-environments.js';

/** Where nothing else may sign in: administrators' and migrators' addresses. */
const NOBODYS = ['ADMIN_DATABASE_URL', 'MIGRATION_DATABASE_URL'];

/**
 * A service's own environment: what its schema names, and what is nobody's in particular, such as PATH. What only another service reads,
 * its secrets above all, is left out.
 */
export function ownVariables(
  service: ServiceEnvironment['service'],
  environment: NodeJS.ProcessEnv,
  schemas: readonly ServiceEnvironment[],
): NodeJS.ProcessEnv {
  const namesOf = (of: readonly ServiceEnvironment[]): Set<string> => new Set(of.flatMap(({ schema }) => Object.keys(schema.shape)));
  const own = namesOf(schemas.filter((candidate) => candidate.service === service));
  const foreign = new Set([...namesOf(schemas), ...NOBODYS].filter((name) => !own.has(name)));
  // A variable's value may also come from the file that X_FILE names; SMIME_P12_FILE is a variable by itself.
  const isForeign = (name: string): boolean => !own.has(name) && (foreign.has(name) || foreign.has(name.replace(/_FILE$/, '')));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isForeign(name)));
}
