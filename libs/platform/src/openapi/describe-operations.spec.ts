import { type OpenAPIObject } from '@nestjs/swagger';
import { describeOperations, json } from './describe-operations.js';

const description = (responses: object = {}): OpenAPIObject => ({
  openapi: '3.1.0',
  info: { title: 'Things', version: '1' },
  paths: {
    '/v1/things': {
      post: {
        requestBody: { content: { 'application/json': { schema: {} } } },
        responses: { 201: { description: 'made', content: { 'application/json': { schema: {} } } }, ...responses },
      },
    },
  },
});
const post = (document: OpenAPIObject) => document.paths['/v1/things']?.post;
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

describe('the description of operations', () => {
  it('shows the examples of what goes in, and of what comes out where it goes well', () => {
    const shown = post(
      describeOperations(description(), { 'POST /v1/things': { request: json({ name: 'a' }), response: json({ id: '1' }) } }),
    );
    expect(shown).toMatchObject({
      requestBody: { content: { 'application/json': { example: { name: 'a' } } } },
      responses: { 201: { content: { 'application/json': { example: { id: '1' } } } }, '4XX': { content: PROBLEM } },
    });
  });

  it('says of every refusal that it is a problem, and adds none but that of too many requests where all are named', () => {
    const named = post(describeOperations(description({ 401: { description: 'no token' }, 409: { description: 'taken' } }), {}));
    expect(Object.keys(named?.responses ?? {})).toEqual(['201', '401', '409', '429']);
    expect(named?.responses).toMatchObject({ 401: { content: PROBLEM }, 409: { description: 'taken', content: PROBLEM } });
  });

  it.each([
    ['an operation', 'GET /v1/things', json([]), 'GET /v1/things'],
    ['a media type', 'POST /v1/things', { 'text/csv': '' }, 'has no text/csv'],
  ])('refuses an example of %s that is not there', (_, name, response, said) => {
    expect(() => describeOperations(description(), { [name]: { response } })).toThrow(said);
  });
});
