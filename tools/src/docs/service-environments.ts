import { join } from 'node:path';
import { type z } from 'zod';
import { workspaceRoot } from '../workspace.js';

const SCHEMAS = [
  { service: 'settings-api', file: 'settings.env', name: 'settingsEnvironment' },
  { service: 'mail-dispatcher', file: 'dispatcher.env', name: 'dispatcherEnvironment' },
  { service: 'notification-service', file: 'notification.env', name: 'notificationEnvironment' },
] as const;

/** The schema of the variables that a service reads from the environment. */
export type ServiceEnvironment = { service: (typeof SCHEMAS)[number]['service']; schema: z.ZodObject };

/**
 * Loads the schemas that the services themselves use, from the built code (`dist`) or, in tests, from the sources. Imported by path,
 * because no code may depend on a service.
 */
export async function loadServiceEnvironments(from: 'dist' | 'src'): Promise<ServiceEnvironment[]> {
  return Promise.all(
    SCHEMAS.map(async ({ service, file, name }) => {
      const path = join(workspaceRoot, 'apps', service, from, from === 'dist' ? `${file}.js` : `${file}.ts`);
      const module = (await import(path)) as Record<string, z.ZodObject | undefined>;
      const schema = module[name];
      if (schema === undefined) throw new Error(`${path} has no ${name}`);
      return { service, schema };
    }),
  );
}
