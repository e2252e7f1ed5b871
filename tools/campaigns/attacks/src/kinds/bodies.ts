// Request bodies meant to exhaust the memory or block the event loop of whoever reads them, one at a time.
import { gzipSync } from 'node:zlib';
import { mutateText, randomBy } from '@billing-mail/testkit';
import { invoice } from '@billing-mail/tools/stage';
import { type ServiceName } from '@billing-mail/tools/starting/services';
import { type Attack, countStatuses, inGroups, type Kind } from '../attack.js';
import { TEAM } from '../callers.js';
import { FUZZ_SEED } from '../fuzz-seed.js';
import { type Question, type Site } from '../site.js';

const MB = 1024 * 1024;

/**
 * The beginning of an invoice's JSON, which each body continues. Bodies are created when they are sent, because all of them
 * together take half a gigabyte.
 */
const beginning = `{"requestedBy":{"userId":"acme-admin"},"document":{"id":"x","type":"invoice"},"subject":"x","text":"x","to":[`;
export const nested = () => Buffer.alloc(38 * MB, '[');
export const manyValues = () => Buffer.concat([Buffer.from(beginning), Buffer.alloc(30 * MB, '1,'), Buffer.from('1]}')]);
/** Returns an invoice with 37 MB in one of its fields; `ü` takes two bytes. */
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
/** 3.8 MB of invalid addresses, each of which could cause an error message. */
export const wrongCopies = () =>
  Buffer.from(`{"companyName":"ACME","cc":[${Array.from({ length: 120_000 }, () => '{"address":"nobody, any where"}').join(',')}]}`);
const manyFields = () => Buffer.from(`{${Array.from({ length: 200_000 }, (_, index) => `"f${index}":1`).join(',')}}`);
const bomb = () => gzipSync(Buffer.alloc(300 * MB, ' '));

export type Edge = readonly [service: ServiceName, method: string, path: string];
const PATHS: readonly [Edge, Edge, Edge] = [
  ['settings-api', 'PUT', `/v1/teams/${TEAM}/email-delivery`],
  ['mail-dispatcher', 'POST', `/v1/teams/${TEAM}/deliveries`],
  ['notification-service', 'PUT', '/v1/preferences'],
];

/** Longest allowed answer in bytes: a few kilobytes are enough to say what was wrong. */
export const LONGEST_ANSWER = 100_000;

export const sendTo = (site: Site, [service, method, path]: Edge, question: Question) =>
  site.ask(service, path, { method, ...question, headers: { 'idempotency-key': 'bodies', ...question.headers } });

const refused = (name: string, tries: string, statuses: readonly number[], question: () => Question): Attack => ({
  name,
  tries: `${tries}, to every service`,
  expects: `${statuses.join(' or ')} in a short answer`,
  run: async (attempt) => {
    const asked = question();
    const answers = await Promise.all(PATHS.map((path) => sendTo(attempt.site, path, asked)));
    for (const [index, answer] of answers.entries()) {
      attempt.expectAnswer(PATHS[index]?.[0] ?? '', answer, statuses);
      attempt.expect(answer.text.length <= LONGEST_ANSWER, `an answer of ${answer.text.length} characters`);
    }
    return `${countStatuses(answers)}; longest answer ${Math.max(...answers.map(({ text }) => text.length))} characters`;
  },
});

const MUTATED = 500;
const AT_ONCE = 10;

/** A valid body for each service. */
const VALID: readonly [...Edge, body: (site: Site) => object][] = [
  // For another team than the invoices, because its server does not exist. Only the stage's ports are allowed.
  ['settings-api', 'PUT', '/v1/teams/fuzzed/email-delivery', ({ stage }) => settings(stage.customServers[0]?.port)],
  [...PATHS[1], () => delivery()],
  [...PATHS[2], () => ({ email: null, locale: 'de', channels: { email: false, inbox: true } })],
];
const settings = (port: number | undefined) => ({
  ...{ companyName: 'ACME GmbH', replyTo: 'billing@acme.example', locale: 'de', sender: 'custom', fallback: true, notifyUserIds: ['u3'] },
  ...{ cc: [{ address: 'boss@acme.example' }], bcc: [{ address: 'controlling@acme.example', name: 'Controlling' }] },
  smtp: {
    ...{ host: 'smtp.acme.example', port, security: 'starttls', fromAddress: 'billing@acme.example', fromName: 'ACME Billing' },
    auth: { type: 'password', username: 'billing', password: 'geheim' },
  },
});
const delivery = () => {
  const { key: _key, version: _version, teamId: _teamId, ...document } = invoice(TEAM);
  return { ...document, cc: [{ address: 'c@customer.example' }], html: '<p>Hi</p>' };
};

const mutated: Attack = {
  name: 'mutated',
  tries: `${MUTATED} bodies made wrong in one to four places, for each service`,
  expects: 'each is taken, or refused with a pointer to what is wrong',
  run: async (attempt) => {
    const seen: string[] = [];
    for (const [service, method, path, validOn] of VALID) {
      const random = randomBy(FUZZ_SEED);
      const valid = validOn(attempt.site);
      const bodies = Array.from({ length: MUTATED }, () => mutateText(valid, random));
      const answers = await inGroups(MUTATED, AT_ONCE, (index) =>
        sendTo(attempt.site, [service, method, path], {
          ...{ as: 'service', body: bodies[index] },
          headers: { 'idempotency-key': `fuzzed-${index}` },
        }),
      );
      for (const [index, { status, text }] of answers.entries())
        attempt.expect(isInWords(status, text), `${service}: ${status} ${text.slice(0, 300)} to ${bodies[index]?.slice(0, 1000)}`);
      // Some must be accepted and some refused; otherwise the test did not try the limits of what is valid.
      const statuses = answers.map(({ status }) => status);
      attempt.expect(
        [400, 422].every((status) => statuses.includes(status)),
        `${service} refuses none`,
      );
      attempt.expect(statuses.includes(200) || statuses.includes(202), `${service} takes none`);
      seen.push(countStatuses(answers));
    }
    return `${seen.join('; ')}, by seed ${FUZZ_SEED}`;
  },
};

/** Whether the answer is one of these: accepted, not JSON at all, too large, or wrong in places that it names. */
function isInWords(status: number, text: string): boolean {
  if (status !== 422) return [200, 202, 400, 413].includes(status);
  const { errors = [] } = JSON.parse(text) as { errors?: { pointer?: string; message: string }[] };
  return errors.length > 0 && errors.every(({ pointer, message }) => typeof pointer === 'string' && message !== '');
}

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
    mutated,
  ],
};
