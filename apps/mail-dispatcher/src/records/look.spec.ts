import { type DocumentType } from '@billing-mail/contracts';
import { teamSettings } from '../testing/dispatcher-harness.js';
import { fixLook } from './look.js';

const settings = teamSettings('acme', {
  cc: [{ address: 'boss@acme.example' }],
  bcc: [{ address: 'archive@acme.example' }],
  copies: [
    { types: ['invoice', 'reminder'], cc: [{ address: 'Boss@ACME.example' }, { address: 'tax@acme.example' }], bcc: [] },
    {
      types: ['reminder'],
      cc: [],
      bcc: [{ address: 'law@acme.example' }, { address: 'tax@acme.example' }, { address: 'a@customer.example' }],
    },
    { types: ['of tomorrow'], cc: [{ address: 'nobody@acme.example' }], bcc: [] },
  ],
});
const recipientsOf = (type: DocumentType, resendOf: string | null = null): string[] =>
  fixLook(
    { id: 'd1', resendOf, document: { id: 'x', type } },
    [{ address: 'a@customer.example', name: null, role: 'to' }],
    settings,
    'e-invoice@platform.example',
  ).recipients.map(({ role, address }) => `${role} ${address}`);

describe('who gets a document', () => {
  const all = ['to a@customer.example', 'cc boss@acme.example', 'bcc archive@acme.example'];

  it.each<[DocumentType, string[]]>([
    ['quote', all],
    ['invoice', ['to a@customer.example', 'cc boss@acme.example', 'cc tax@acme.example', 'bcc archive@acme.example']],
    [
      'reminder',
      ['to a@customer.example', 'cc boss@acme.example', 'cc tax@acme.example', 'bcc archive@acme.example', 'bcc law@acme.example'],
    ],
  ])('by its type, each address once: %s', (type, recipients) => {
    expect(recipientsOf(type)).toEqual(recipients);
  });

  it('is whoever was chosen where it goes out again', () => {
    expect(recipientsOf('reminder', 'd0')).toEqual(['to a@customer.example']);
  });
});
