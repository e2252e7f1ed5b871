import { startTestSettingsApi, type TestSettingsApi } from './testing/start-test-settings-api.js';

type Operation = {
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
};
type Described = { paths: Record<string, Record<string, Operation>> };

describe('/openapi.json', () => {
  let api: TestSettingsApi;
  let described: Described;
  beforeAll(async () => {
    api = await startTestSettingsApi();
    described = (await api.call('get', '/openapi.json')).body as Described;
  });
  afterAll(() => api.stop());

  const SETTINGS = '/v1/teams/{teamId}/email-delivery';
  const CALLS: [string, string, string[]][] = [
    ['get', SETTINGS, ['200', '401', '404', '429']],
    ['put', SETTINGS, ['200', '400', '401', '403', '404', '412', '422', '429']],
    ['get', `${SETTINGS}/certificate`, ['200', '401', '404', '429']],
    ['put', `${SETTINGS}/certificate`, ['200', '400', '401', '403', '404', '409', '422', '429']],
    ['delete', `${SETTINGS}/certificate`, ['204', '401', '403', '404', '429']],
    ['get', `${SETTINGS}/history`, ['200', '401', '404', '422', '429']],
    ['get', `${SETTINGS}/connection`, ['200', '401', '404', '429']],
    ['post', `${SETTINGS}/connection`, ['200', '400', '401', '403', '404', '422', '429']],
    ['delete', `${SETTINGS}/connection`, ['200', '401', '403', '404', '429']],
    ['post', `${SETTINGS}/smtp/test`, ['200', '400', '401', '403', '404', '422', '429']],
  ];

  /** A field of the request, by the last part of its path. */
  const TAKEN: Record<string, string> = { certificate: 'file', connection: 'provider' };

  it('describes every call of the teams, and no other', () => {
    const calls = Object.entries(described.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(calls.filter((call) => call.includes('/v1/')).sort()).toEqual(CALLS.map(([method, path]) => `${method} ${path}`).sort());
  });

  it.each(CALLS)('says of %s %s what goes in, what comes out and what may go wrong', (method, path, statuses) => {
    const operation = described.paths[path]?.[method];
    expect(Object.keys(operation?.responses ?? {}).sort()).toEqual(statuses);
    for (const [status, { content }] of Object.entries(operation?.responses ?? {})) {
      if (status === '204') continue;
      const refused = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
      const done = { 'application/json': { schema: { type: 'object', properties: expect.any(Object) } } };
      expect(content).toMatchObject(status === '200' ? done : refused);
    }
    if (method === 'get' || method === 'delete') return;
    const taken = TAKEN[path.split('/').at(-1) ?? ''] ?? 'smtp';
    expect(operation?.requestBody?.content['application/json']?.schema).toMatchObject({ properties: { [taken]: expect.any(Object) } });
  });

  it('has a place for the password where it is written and none where it is read', () => {
    const put = described.paths[SETTINGS]?.put;
    expect(JSON.stringify(put?.requestBody)).toContain('"password":{');
    expect(JSON.stringify(put?.responses)).toContain('"passwordSet"');
    expect(JSON.stringify(put?.responses)).not.toContain('"password":{');
  });
});
