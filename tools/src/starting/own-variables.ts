import { type ServiceEnvironment } from '../docs/service-environments.js';

/** URLs of administrators and migrators, which no service may use to sign in. */
const NOBODYS = ['ADMIN_DATABASE_URL', 'MIGRATION_DATABASE_URL'];

/**
 * Returns a service's own environment: the variables in its schema, and those that belong to no service, such as PATH. Variables that only
 * another service reads, above all its secrets, are left out.
 */
export function ownVariables(
  service: ServiceEnvironment['service'],
  environment: NodeJS.ProcessEnv,
  schemas: readonly ServiceEnvironment[],
): NodeJS.ProcessEnv {
  const namesOf = (of: readonly ServiceEnvironment[]): Set<string> => new Set(of.flatMap(({ schema }) => Object.keys(schema.shape)));
  const own = namesOf(schemas.filter((candidate) => candidate.service === service));
  const foreign = new Set([...namesOf(schemas), ...NOBODYS].filter((name) => !own.has(name)));
  // The value of a variable X may also come from the file that X_FILE names. SMIME_P12_FILE, however, is a variable of its own.
  const isForeign = (name: string): boolean => !own.has(name) && (foreign.has(name) || foreign.has(name.replace(/_FILE$/, '')));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isForeign(name)));
}
