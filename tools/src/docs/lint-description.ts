import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Rules that are off because whoever runs the services decides about their servers and licence. */
const NOT_OURS = { 'no-empty-servers': 'off', 'info-license': 'off', 'info-license-strict': 'off' } as const;

/** Returns what Redocly's strict rules find in an OpenAPI or AsyncAPI document, each as rule, place and message. */
export async function lintDescription(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'], rules: NOT_OURS });
  const problems = await lintFromString({ source, absoluteRef: 'description.json', config });
  return problems.map(({ ruleId, location, message }) => `${ruleId} at ${location[0]?.pointer ?? ''}: ${message}`);
}

type Content = Record<string, { example?: unknown; schema?: { $ref?: string } }>;
type Described = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, { examples?: unknown[] }> } };
type Operation = { requestBody?: { content: Content }; responses: Record<string, { content?: Content }> };

/** Returns what an OpenAPI document shows no example of. The services define theirs in their `openapi-examples.ts`. */
export function missingExamples(source: string): string[] {
  const { paths, components } = JSON.parse(source) as Described;
  const isShown = ({ example, schema }: Content[string]): boolean =>
    example !== undefined || components.schemas[schema?.$ref?.split('/').at(-1) ?? '']?.examples !== undefined;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody, responses }]) =>
      Object.entries({ request: requestBody, ...responses }).flatMap(([part, described]) =>
        Object.entries(described?.content ?? {})
          .filter(([, content]) => !isShown(content))
          .map(([type]) => `${method.toUpperCase()} ${path} ${part} ${type}`),
      ),
    ),
  );
}
