// The documents that `npm start` sends through the queue, one for each feature worth seeing.
import { type DispatchJobInput } from '@billing-mail/contracts';
import { BOUNCING_ADDRESS } from '../starting/bouncing-address.js';
import { createPdf } from './sample-pdf.js';

/** A document and what it shows. `comesBack`: its e-mail bounces. */
export type Sample = { shows: string; job: DispatchJobInput; comesBack?: boolean };

const TEAMS = {
  acme: { company: 'ACME GmbH', locale: 'de' },
  globex: { company: 'Globex', locale: 'en' },
  initech: { company: 'Initech', locale: 'en' },
} as const;

/**
 * Returns the samples. `run` makes the keys unique to this start: the same key twice would be the same delivery. `bounces`:
 * whether one of them can bounce here.
 */
export function sampleDocuments(run: string, bounces: boolean): Sample[] {
  const month = new Date().toISOString().slice(0, 7);
  const plain = invoice('acme', `A-${run}`, 'Kunde AG', '1.190,00 EUR');
  const recurring = invoice('globex', `G-${run}`, 'Customer Inc.', 'EUR 49.00');
  const falling = invoice('initech', `I-${run}`, 'Client Ltd.', 'EUR 250.00');
  const nowhere = invoice('acme', `B-${run}`, 'Altkunde KG', '99,00 EUR');
  const comingBack = { ...nowhere, to: [{ address: BOUNCING_ADDRESS, name: 'Altkunde KG' }] as DispatchJobInput['to'] };
  const recurrence = { seriesId: 'subscription-9', occurrence: `${month}/${run}` };
  return [
    { shows: 'an invoice by the platform, signed', job: plain },
    { shows: "a recurring invoice by the team's own server", job: { ...recurring, document: { ...recurring.document, recurrence } } },
    { shows: "the team's own server is down: fallback to the platform", job: falling },
    ...(bounces ? [{ shows: 'an invoice that comes back: there is nobody of that name', job: comingBack, comesBack: true }] : []),
  ];
}

function invoice(teamId: keyof typeof TEAMS, number: string, customer: string, amount: string): DispatchJobInput {
  const { company, locale } = TEAMS[teamId];
  const isGerman = locale === 'de';
  const title = `${isGerman ? 'Rechnung' : 'Invoice'} ${number}`;
  const text = isGerman
    ? `Guten Tag,\n\nanbei erhalten Sie unsere Rechnung ${number} über ${amount}.\n\nMit freundlichen Grüßen\n${company}\n`
    : `Hello,\n\nplease find attached our invoice ${number} over ${amount}.\n\nKind regards\n${company}\n`;
  const pdf = createPdf([title, company, `${isGerman ? 'An' : 'To'}: ${customer}`, '', `${isGerman ? 'Betrag' : 'Amount'}: ${amount}`]);
  return {
    version: 1,
    key: `sample-${number}`,
    teamId,
    requestedBy: { userId: `${teamId}-admin`, email: `${teamId}-admin@${teamId}.example`, locale },
    document: { id: `sample-${number}`, type: 'invoice', number },
    to: [{ address: 'payables@customer.example', name: customer }],
    subject: `${title} – ${company}`,
    text,
    html: `<p>${text.trim().replaceAll('\n\n', '</p><p>').replaceAll('\n', '<br>')}</p>`,
    attachments: [{ filename: `${number}.pdf`, contentType: 'application/pdf', content: pdf.toString('base64') }],
  };
}
