// The file that tells the Helm chart which service reads which variable. Secrets are left out: the chart names the files that contain them.
import { type z } from 'zod';
import { type ServiceEnvironment } from './service-environments.js';

/** Returns the chart's `variables.yaml`. */
export function chartVariables(environments: readonly ServiceEnvironment[]): string {
  const lists = environments.map(({ service, schema }) => {
    const names = Object.entries(schema.shape).filter(([, field]) => (field as z.ZodType).meta()?.['secret'] !== true);
    return [`${service}:`, ...names.map(([name]) => `  - ${name}`)].join('\n');
  });
  return ['# What each service reads beside its secrets; made by node tools/docs.mjs.', ...lists, ''].join('\n');
}
