// A message must come out the same after an upgrade, because a try that nobody answered is repeated with the same bytes. If a hash changes
// here, messages that are on their way during the upgrade would change: keep the bytes, or say in the release notes what happens to them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readPkcs12 } from '../signing/signing-identity.js';
import { composeMessage } from './compose-message.js';
import { type MessageDraft } from './message-draft.js';

// Made for tests and known to everybody: it must never sign mail.
const identity = readPkcs12(readFileSync(path.join(__dirname, '../signing/samples/identity.p12')), 'pässphrase "of" tests');

const pdf = Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * index + (index >> 8)) % 256));
const xml = Buffer.from('<?xml version="1.0"?><rsm:CrossIndustryInvoice/>');
const draft: MessageDraft = {
  from: { address: 'e-invoice@platform.example', name: 'Müller & Söhne "Bau" GmbH' },
  replyTo: 'billing@acme.example',
  to: [{ address: 'payables@customer.example', name: 'Kreditoren, Köln' }],
  cc: [{ address: 'boss@acme.example' }],
  subject: 'Rechnung 2026-0042 über 100 € 😀',
  date: new Date('2026-11-23T08:00:00Z'),
  messageId: '<0193@platform.example>',
  deliveryId: '0193-abc',
  boundarySeed: '0193-abc platform',
  text: 'Sehr geehrte Damen und Herren,\nFrom here on\n.dot  \n',
  html: '<p>Grüße</p><img src="cid:logo">',
  attachments: [
    { filename: 'Rechnung "März" 2026-0042.pdf', contentType: 'application/pdf', size: pdf.length, content: pdf },
    { filename: 'factur-x.xml', contentType: 'application/xml', size: xml.length, content: xml },
  ],
};
const textAlone: MessageDraft = { ...draft, html: null, attachments: [], deliveryId: null, autoSubmitted: true };
const withLogo: MessageDraft = {
  ...draft,
  attachments: [
    ...draft.attachments,
    { filename: 'logo.png', contentType: 'image/png', contentId: 'logo', size: 9, content: Buffer.alloc(9) },
  ],
};

describe('a frozen message', () => {
  it.each([
    ['with files, unsigned', draft, null, 'bbb8f5401f9d9f22a74593902b04c2c295473ef269edf531b7baa10e12bbf4fa'],
    ['with files, signed', draft, identity, 'ecbd89c6b817de4ea298b2b4669a3e4425a4cddaba7a88ffbdb30b8860f1bcaf'],
    [
      'signed in another form of time',
      { ...draft, date: new Date('2050-01-01T00:00:00Z') },
      identity,
      'be3e90a9fd06c062d3b5226dff73ca577629105a1f7b30049d54d7af4d0fe9a3',
    ],
    ['text alone, unsigned', textAlone, null, '129a0132d02a1cee3936547f206438b7d2741ac76c623ce977c4b10b7c9a8ca1'],
    ['text alone, signed', textAlone, identity, 'd7837d5e87987085220bbc9de1872f53e266b1e23695a7a01ef4fe6b3b33efde'],
    ['with an inline picture, signed', withLogo, identity, '1439ac0c2f6341ec0421d265e192c9b62c5cbf6c90a6fc136bf4316475d775f5'],
  ])('%s, has the bytes that it had', async (_case, given, signer, sha256) => {
    expect(
      createHash('sha256')
        .update(await composeMessage(given, signer))
        .digest('hex'),
    ).toBe(sha256);
  });
});
