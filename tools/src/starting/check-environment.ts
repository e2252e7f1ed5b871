import { EnvironmentError, readEnvironment } from '@billing-mail/platform';
import { z } from 'zod';
import { type ServiceEnvironment } from '../docs/service-environments.js';

/**
 * Checks, before anything is started, that the variables that are set are valid for the services. Those that
 * are not set are provided later.
 * @throws EnvironmentError naming each variable that is wrong
 */
export function checkEnvironment(source: NodeJS.ProcessEnv, services: readonly ServiceEnvironment[]): void {
  const fields = new Map(services.flatMap(({ schema }) => Object.entries(schema.shape as Record<string, z.ZodType>)));
  const problems = [...fields].flatMap(([name, field]) => {
    try {
      readEnvironment(z.object({ [name]: field.optional() }), source);
      return [];
    } catch (error) {
      if (error instanceof EnvironmentError) return error.problems;
      throw error;
    }
  });
  if (problems.length > 0) throw new EnvironmentError(problems);
}
