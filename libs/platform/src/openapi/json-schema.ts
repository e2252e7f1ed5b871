import { z } from 'zod';

/** Converts a zod schema to the form that OpenAPI 3.1 uses, for `@ApiBody({ schema: jsonSchema(x) })` and `@ApiResponse`. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ jsonSchema: node }) => void delete node.$ref,
  });
  return rest;
}
