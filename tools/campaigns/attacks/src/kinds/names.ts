// Misleading names: of companies in a signed From, and of files.
import { invoice } from '@billing-mail/tools/stage';
import { type Attack, countStatuses, type Kind } from '../attack.js';
import { type CallerName, OTHER_TEAM, TEAM } from '../callers.js';
import { type Answer } from '../site.js';

const COMPANY_NAMES = [
  ['direction', 'ACME \u202eGmbH'],
  ['isolates', '\u2066ACME\u2069'],
  ['invisible', '\u200b\u2060'],
  ['address', 'billing@bank.example'],
  ['full-width-address', 'billing＠bank.example'],
  ['angle-brackets', 'Bank <billing@bank.example>'],
  ['encoded-word', '=?utf-8?q?Billing_Mail?='],
  ['platform', 'Billing Mail'],
  ['platform-in-capitals', 'BILLING  MAIL'],
  ['platform-confusable', 'ΒіlIing Мail'],
  ['platform-support', 'Billing Mail Support'],
  ['platform-security', 'BiIling-Mail Security GmbH'],
  ['platform-spaced', 'B i l l i n g  M a i l desk'],
  ['platform-domain-inside', 'platform.example Rechnungen'],
  ['platform-address', 'e-invoice@platform.example'],
  ['platform-domain', 'platform.example'],
] as const;

const companyNames: Attack = {
  name: 'company',
  tries: `an admin names the company in ${COMPANY_NAMES.length} ways that hide or pretend: ${COMPANY_NAMES.map(([name]) => name).join(', ')}`,
  expects: '422 at /companyName',
  run: async (attempt) => {
    const asked = COMPANY_NAMES.map(async ([name, companyName]) => {
      const path = `/v1/teams/${TEAM}/email-delivery`;
      const answer = await attempt.site.ask('settings-api', path, { as: 'admin', method: 'PUT', body: { companyName } });
      attempt.expectAnswer(name, answer, [422], '/companyName');
      return answer;
    });
    return countStatuses(await Promise.all(asked));
  },
};

const OTHERS_NAME = `Team ${OTHER_TEAM}`;
/** The name of another team in variants that people take for it: look-alike letters, other capitals, blanks and signs. */
const OTHERS_NAMES = [
  ['as it is', OTHERS_NAME],
  ['capitals and blanks', 'TEAM  GLOBEX'],
  ['Cyrillic', 'Теam glоbех'],
  ['a digit', 'Team g1obex'],
  ['full width', 'Ｔｅａｍ　ｇｌｏｂｅｘ'],
  ['signs', 'Team-Globex.'],
  ['an added mark', 'Team glo\u0331bex'],
] as const;

const ofAnotherTeam: Attack = {
  name: 'of-another-team',
  tries: `an admin takes another team's name, for the company and for the sender, in ${OTHERS_NAMES.length} ways: ${OTHERS_NAMES.map(([name]) => name).join(', ')}; then an internal service does`,
  expects: '422 at the name; the service may, and the history says that it vouched',
  run: async (attempt) => {
    const { site } = attempt;
    const save = (as: CallerName, team: string, body: object) =>
      site.ask('settings-api', `/v1/teams/${team}/email-delivery`, { as, method: 'PUT', body });
    const smtp = { host: '127.0.0.1', port: site.stage.customServers[0]?.port, security: 'none', auth: { type: 'none' } };
    const answers: Answer[] = [];
    for (const [kind, name] of OTHERS_NAMES) {
      const company = await save('admin', TEAM, { companyName: name });
      attempt.expectAnswer(`the company: ${kind}`, company, [422], '/companyName');
      const sender = { ...smtp, fromAddress: 'billing@acme.example', fromName: name };
      const from = await save('admin', TEAM, { companyName: `Team ${TEAM}`, sender: 'custom', smtp: sender });
      attempt.expectAnswer(`the sender: ${kind}`, from, [422], '/smtp/fromName');
      answers.push(company, from);
    }
    attempt.expectAnswer('the service', await save('service', 'namesake', { companyName: OTHERS_NAME }), [200]);
    const { text } = await site.ask('settings-api', '/v1/teams/namesake/email-delivery/history', { as: 'service' });
    attempt.expect(text.includes('"vouchedFor":true'), `the history: ${text.slice(0, 300)}`);
    return `${countStatuses(answers)}; 200 for the service`;
  },
};

const FILE_NAMES = [
  '..',
  '.',
  '=?utf-8?q?=2e=2e?=',
  '../../etc/passwd',
  'C:\\x.pdf',
  'invoice\u202efdp.exe',
  'a\r\nX-Header: b',
  'a\u0000.pdf',
];

/**
 * Returns the name as JSON with format characters escaped: JSON does not escape those that change the text direction,
 * which would distort the table.
 */
const visibly = (name: string): string => JSON.stringify(name).replace(/\p{Cf}/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);

const fileNames: Attack = {
  name: 'file',
  tries: `attachments called ${FILE_NAMES.map(visibly).join(', ')}`,
  expects: '422 at the attachment',
  run: async (attempt) => {
    const asked = FILE_NAMES.map(async (filename) => {
      const attachments = (invoice(TEAM).attachments ?? []).map((attachment) => ({ ...attachment, filename }));
      const answer = await attempt.site.hand('service', { attachments });
      attempt.expectAnswer(filename, answer, [422], '/attachments/0');
      return answer;
    });
    return countStatuses(await Promise.all(asked));
  },
};

export const names: Kind = { name: 'names', attacks: [companyNames, ofAnotherTeam, fileNames] };
