import { type OutcomeEvent } from '@billing-mail/contracts';
import { decideAlert } from '../../alerts/alert-table.js';
import { cameBack, INCIDENTS, rejected, SAMPLES } from '../../testing/sample-outcomes.js';
import { linkOf, preferencesLink } from './alert-links.js';

const PAGE = 'https://mail.example.com';

function linkedTo(event: OutcomeEvent, count: number, page: string | null = PAGE): string | null {
  const alert = decideAlert(event);
  if (alert === null) throw new Error('Nothing is told of it.');
  return linkOf({ ...alert, count }, page)?.url.replace(`${PAGE}/teams/acme/`, '') ?? null;
}

describe('the link of an alert', () => {
  it.each([
    ['failed', SAMPLES.failed(), 'deliveries?status=failed'],
    ['partly sent', SAMPLES.partlySent(), 'deliveries?status=partly_sent'],
    ['uncertain', SAMPLES.uncertain(), 'deliveries?status=uncertain'],
    ['sent after doubts', SAMPLES.sentAfterDoubt(), 'deliveries?status=sent'],
    ['cancelled', SAMPLES.cancelled(), 'deliveries?status=cancelled'],
    ['sent by the fallback', SAMPLES.fellBack(), 'settings/invoicing'],
    ['come back', cameBack(), 'deliveries?recipient=gone%40customer.example'],
    ['come back from nobody knows whom', cameBack('bounced', { recipients: [] }), 'deliveries?status=bounced'],
  ])('leads to the delivery, or to where many that were %s are seen or mended', (_name, event, many) => {
    expect(linkedTo(event, 1)).toMatch(/^deliveries\/[0-9a-f-]{36}$/);
    expect(linkedTo(event, 2)).toBe(many);
  });

  it.each([
    ['a job that was not taken', rejected(), 'inbox'],
    ['a server that is down', INCIDENTS.serverDown(), 'settings/invoicing'],
    ['a server whose trouble is an incident', { ...INCIDENTS.serverDown(), incidentId: 'i-1' }, 'incidents/i-1'],
    ['a platform that is down', INCIDENTS.platformUnavailable(), 'deliveries?status=waiting'],
    ["a team's certificate", INCIDENTS.ownCertificateExpiring(), 'settings/invoicing'],
    ["the platform's certificate", INCIDENTS.certificateExpiring(), null],
    ['a job of nobody', rejected({}, { teamId: '' }), null],
  ])('about %s leads to where it is seen or mended', (_name, event, expected) => {
    expect([linkedTo(event, 1), linkedTo(event, 3)]).toEqual([expected, expected]);
  });

  it('is none without an address of the page', () => {
    expect([linkedTo(SAMPLES.failed(), 1, null), preferencesLink('acme', null), preferencesLink('', PAGE)]).toEqual([null, null, null]);
  });

  it('has no way out of the path or into another address', () => {
    const link = linkOf({ teamId: 'acme', deliveryId: '../../x?y#z"', count: 1, params: decideAlert(SAMPLES.failed())!.params }, PAGE);
    expect(link?.url).toBe(`${PAGE}/teams/acme/deliveries/..%2F..%2Fx%3Fy%23z%22`);
  });
});
