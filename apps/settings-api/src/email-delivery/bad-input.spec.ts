// Sends each field of both bodies with each kind of mistake: the error says where and what, nothing is stored, and no connection is made.
import { emailDeliveryInput, problem, smtpTestRequest } from '@billing-mail/contracts';
import { jsonSchema } from '@billing-mail/platform';
import { BAD_SETTINGS, BAD_SMTP, BAD_TEST, type BadField, fieldsOf, withValue } from '../testing/bad-settings.js';
import { startTestSettingsApi, type TestSettingsApi } from '../testing/start-test-settings-api.js';

const PATH = '/v1/teams/acme/email-delivery';
const smtp = {
  host: 'smtp.acme.example',
  port: 587,
  security: 'starttls',
  auth: { type: 'password', username: 'billing', password: 'pa55-word-never-seen', passwordSet: true },
  fromAddress: 'billing@acme.example',
  fromName: 'ACME',
};
const SETTINGS = {
  teamId: 'acme',
  companyName: 'ACME',
  replyTo: 'billing@acme.example',
  locale: 'de',
  cc: [{ address: 'boss@acme.example', name: 'Boss' }],
  bcc: [{ address: 'cfo@acme.example', name: 'CFO' }],
  copies: [
    { types: ['reminder'], cc: [{ address: 'law@acme.example', name: 'Law' }], bcc: [{ address: 'cfo@acme.example', name: 'CFO' }] },
  ],
  sender: 'custom',
  smtp,
  fallback: true,
  notifyUserIds: ['u1'],
  version: 7,
  updatedAt: '2026-11-01T00:00:00Z',
  updatedBy: 'u1',
};
const TEST = { smtp, sendTo: 'clerk@acme.example' };

const titled = (fields: BadField[]): [string, BadField][] =>
  fields.map((field) => [`${field.pointer || 'the body'} = ${String(JSON.stringify(field.value)).slice(0, 40)}`, field]);

describe('bad input', () => {
  let api: TestSettingsApi;
  beforeAll(async () => {
    api = await startTestSettingsApi({ RATE_LIMITS: 'smtp-test=10000/1m,settings-changes=10000/1m' });
  });
  afterAll(() => api.stop());

  const refused = async (method: 'put' | 'post', path: string, body: object, { pointer, at = pointer, says }: BadField) => {
    const response = await api.call(method, path, { body });
    expect([response.status, response.type]).toEqual([422, 'application/problem+json']);
    expect(problem.parse(response.body).errors).toContainEqual({ pointer: at, message: expect.stringMatching(says) });
    expect(response.text).not.toContain('pa55');
  };

  describe('of PUT', () => {
    const table = [...BAD_SETTINGS, ...BAD_SMTP];
    it.each(titled(table))('names %s', (_title, field) => refused('put', PATH, withValue(SETTINGS, field.pointer, field.value), field));

    it('has no field without a case', () => {
      const fields = fieldsOf(jsonSchema(emailDeliveryInput, 'input'));
      expect(fields).toHaveLength(45);
      expect(fields.filter((field) => !table.some(({ pointer }) => pointer === field))).toEqual([]);
    });
  });

  describe('of the server test', () => {
    const table = [...BAD_TEST, ...BAD_SMTP];
    it.each(titled(table))('names %s', (_title, field) =>
      refused('post', `${PATH}/smtp/test`, withValue(TEST, field.pointer, field.value), field),
    );

    it('has no field without a case', () => {
      const fields = fieldsOf(jsonSchema(smtpTestRequest, 'input'));
      expect(fields.filter((field) => !table.some(({ pointer }) => pointer === field))).toEqual([]);
    });
  });

  it.each([
    ['{"companyName":', 'application/json', 400],
    ['"text"', 'application/json', 400],
    ['{"companyName":"ACME"}', 'text/plain', 422],
    ['{"__proto__":{"companyName":"ACME"}}', 'application/json', 422],
    [`{"cc":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'application/json', 400],
    [`{"companyName":"${'x'.repeat(4 * 1024 * 1024)}"}`, 'application/json', 413],
  ])('answers to a body like %.30s (%s) with %i', async (text, type, status) => {
    const response = await api.callRaw('put', PATH, text, type);
    expect([response.status, response.type]).toEqual([status, 'application/problem+json']);
  });

  it('has stored nothing', async () => {
    expect((await api.call('get', PATH)).status).toBe(404);
    expect((await api.call('get', `${PATH}/history`)).body).toEqual({ items: [], nextCursor: null });
    expect(api.log()).not.toContain('pa55');
  });
});
