// What the API descriptions of all operations share: examples of requests and responses, and the problem that each refusal answers with.
import { problem, type Problem } from '@billing-mail/contracts';
import { type OpenAPIObject } from '@nestjs/swagger';
import { TOO_MANY_REQUESTS } from '../http/limiting/rate-limit.guard.js';
import { problemTitle } from '../http/problem.js';
import { jsonSchema } from './json-schema.js';

type ByMediaType = Record<string, unknown>;

/** Examples of the request and of the response to a success, by method and path (`POST /v1/teams/{teamId}/deliveries`). */
export type OperationExamples = Record<string, { request?: ByMediaType; response?: ByMediaType }>;

/** Returns an example in JSON. */
export const json = (example: unknown): ByMediaType => ({ 'application/json': example });

type Content = Record<string, { schema?: object; example?: unknown }>;
type Operation = { requestBody?: { content: Content }; responses: Record<string, { description: string; content?: Content }> };

const METHODS: ReadonlySet<string> = new Set(['get', 'put', 'post', 'delete', 'patch']);

/** Completes the description of a service. @throws Error for examples of an operation, or of a media type, that does not exist. */
export function describeOperations(document: OpenAPIObject, examples: OperationExamples): OpenAPIObject {
  const left = new Map(Object.entries(examples));
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: { ...jsonSchema(problem), examples: [EXAMPLE_PROBLEM] } },
  };
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, described] of Object.entries(methods as Record<string, Operation>)) {
      if (!METHODS.has(method)) continue;
      const name = `${method.toUpperCase()} ${path}`;
      const { request, response } = left.get(name) ?? {};
      left.delete(name);
      show(name, described.requestBody?.content, request);
      for (const [status, answer] of Object.entries(described.responses)) if (status.startsWith('2')) show(name, answer.content, response);
      describeProblems(described);
    }
  if (left.size > 0) throw new Error(`examples of operations that are not there: ${[...left.keys()].join(', ')}`);
  return document;
}

function show(operation: string, content: Content | undefined, examples: ByMediaType = {}): void {
  for (const [type, example] of Object.entries(examples)) {
    const described = content?.[type];
    if (described === undefined) throw new Error(`${operation} has no ${type} to show an example of`);
    described.example = example;
  }
}

// `ProblemFilter` answers errors in no other form. An operation that describes its 401 describes all of its refusals.
function describeProblems({ responses }: Operation): void {
  responses['429'] ??= { ...TOO_MANY_REQUESTS };
  if (responses['401'] === undefined) responses['4XX'] ??= { description: 'problem details' };
  for (const [status, answer] of Object.entries(responses))
    if (status.startsWith('4')) answer.content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
}

const EXAMPLE_PROBLEM: Problem = {
  type: 'urn:billing-mail:problem:invalid-input',
  title: problemTitle(422),
  status: 422,
  detail: 'A field is not valid; see "errors".',
  requestId: 'b8a1f7c2-6a52-4c5e-9f6e-0f5d6c1f2a77',
  errors: [{ pointer: '/subject', message: 'must be text' }],
};
