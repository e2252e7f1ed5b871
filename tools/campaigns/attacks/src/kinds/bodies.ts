// Bodies that are to fill the memory or stop the clock of whoever reads them, one at a time.
import { gzipSync } from 'node:zlib';
import { type Attack, countStatuses, type Kind } from '../attack.js';
import { TEAM } from '../callers.js';
import { type Question, type Site } from '../site.js';

const MB = 1024 * 1024;

/** An invoice whose JSON goes on with this. Bodies are made when they are sent: all of them take half a gigabyte. */
const beginning = `{"requestedBy":{"userId":"acme-admin"},"document":{"id":"x","type":"invoice"},"subject":"x","text":"x","to":[`;
export const nested = () => Buffer.alloc(38 * MB, '[');
export const manyValues = () => Buffer.concat([Buffer.from(beginning), Buffer.alloc(30 * MB, '1,'), Buffer.from('1]}')]);
/** An invoice with 37 MB in one of its fields: of two bytes each where they are not of one. */
const longField = (before: string, character: string, after: string) => () =>
  Buffer.concat([Buffer.from(`{"text":"x",${before}"`), Buffer.alloc(37 * MB, character), Buffer.from(`"${after}}`)]);
export const longText = longField('"html":', 'x', '');
export const longTexts = [
  longText,
  longField('"html":', 'ü', ''),
  longField('"subject":', 'x', ''),
  longField('"to":[{"address":', '@', '}]'),
  longField('"attachments":[{"content":"AAAA","filename":', 'ü', '}]'),
  longField('"attachments":[{"filename":"a.pdf","ref":', 'a/', '}]'),
];
const manyAddresses = () =>
  Buffer.from(`{"companyName":"ACME","cc":[${Array.from({ length: 200_000 }, () => '{"address":""}').join(',')}]}`);
const manyFields = () => Buffer.from(`{${Array.from({ length: 200_000 }, (_, index) => `"f${index}":1`).join(',')}}`);
const bomb = () => gzipSync(Buffer.alloc(300 * MB, ' '));

const PATHS = [
  ['settings-api', 'PUT', `/v1/teams/${TEAM}/email-delivery`],
  ['mail-dispatcher', 'POST', `/v1/teams/${TEAM}/deliveries`],
  ['notification-service', 'PUT', '/v1/preferences'],
] as const;

/** As long as nobody may answer: what was wrong is said in a few kilobytes. */
const LONGEST_ANSWER = 100_000;

const send = (site: Site, [service, method, path]: (typeof PATHS)[number], question: Question) =>
  site.ask(service, path, { method, ...question, headers: { 'idempotency-key': 'bodies', ...question.headers } });

const refused = (name: string, tries: string, statuses: readonly number[], question: () => Question): Attack => ({
  name,
  tries: `${tries}, to every service`,
  expects: `${statuses.join(' or ')} in a short answer`,
  run: async (attempt) => {
    const asked = question();
    const answers = await Promise.all(PATHS.map((path) => send(attempt.site, path, asked)));
    for (const [index, answer] of answers.entries()) {
      attempt.expectAnswer(PATHS[index]?.[0] ?? '', answer, statuses);
      attempt.expect(answer.text.length <= LONGEST_ANSWER, `an answer of ${answer.text.length} characters`);
    }
    return `${countStatuses(answers)}; longest answer ${Math.max(...answers.map(({ text }) => text.length))} characters`;
  },
});

export const bodies: Kind = {
  name: 'bodies',
  attacks: [
    refused('nested-by-nobody', '38 MB of "[" without a token', [401], () => ({ body: nested() })),
    refused('empty-by-nobody', 'a small body without a token', [401], () => ({ body: '{}' })),
    refused('nested', '38 MB of "["', [400, 413], () => ({ as: 'admin', body: nested() })),
    refused('many-values', '30 MB of "to":[1,1,…]', [413], () => ({ as: 'admin', body: manyValues() })),
    refused('many-addresses', '200,000 copies without an address', [413, 422], () => ({ as: 'admin', body: manyAddresses() })),
    refused('many-fields', '200,000 unknown fields', [413, 422], () => ({ as: 'admin', body: manyFields() })),
    refused('bomb', '300 MB of blanks, compressed to 0.3 MB', [413], () => ({
      as: 'admin',
      body: bomb(),
      headers: { 'content-encoding': 'gzip' },
    })),
    refused('other-encoding', 'a body in an encoding that nobody takes', [415], () => ({
      as: 'admin',
      body: '{}',
      headers: { 'content-encoding': 'x-evil' },
    })),
    refused('no-json', 'a body that is no JSON', [400], () => ({ as: 'admin', body: '{"companyName":' })),
  ],
};
