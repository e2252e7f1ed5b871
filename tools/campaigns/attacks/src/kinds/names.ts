// Names that pretend: of companies in a signed From, and of files.
import { invoice } from '@billing-mail/tools/stage';
import { type Attack, countStatuses, type Kind } from '../attack.js';
import { TEAM } from '../callers.js';

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

const fileNames: Attack = {
  name: 'file',
  tries: `attachments called ${FILE_NAMES.map((name) => JSON.stringify(name)).join(', ')}`,
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

export const names: Kind = { name: 'names', attacks: [companyNames, fileNames] };
