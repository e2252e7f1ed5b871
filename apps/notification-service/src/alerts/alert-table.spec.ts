import { DELIVERY_STATUSES, FAILURE_CODES, type OutcomeEvent, outcomeEvent, teamId } from '@billing-mail/contracts';
import fc from 'fast-check';
import { cameBack, inDoubt, INCIDENTS, rejected, SAMPLES, SERVER_DOWN, settled, UNKNOWN_RECIPIENT } from '../testing/sample-outcomes.js';
import { OPERATOR } from './alert.js';
import { decideAlert } from './alert-table.js';

describe('decideAlert', () => {
  it.each([
    ['a clean sent', settled(), null],
    ['a sent that fell back', SAMPLES.fellBack(), ['delivery_fell_back', 'warning']],
    ['a sent after a doubt', SAMPLES.sentAfterDoubt(), ['delivery_uncertain', 'warning']],
    ['a sent after no doubt', settled({ afterDoubt: [] }), null],
    ['a server that is down', INCIDENTS.serverDown(), ['smtp_server_down', 'warning']],
    ['a platform that can not send', INCIDENTS.platformUnavailable(), ['platform_unavailable', 'warning']],
    ['a certificate that runs out', INCIDENTS.certificateExpiring(), ['certificate_expiring', 'warning']],
    ["a team's certificate that runs out", INCIDENTS.ownCertificateExpiring(), ['certificate_expiring', 'warning']],
    ['a failed', SAMPLES.failed(), ['delivery_failed', 'error']],
    ['a partly sent', SAMPLES.partlySent(), ['delivery_partly_sent', 'error']],
    ['an uncertain', SAMPLES.uncertain(), ['delivery_uncertain', 'warning']],
    ['one that goes on with a doubt', inDoubt(), ['delivery_uncertain', 'warning']],
    ['a cancelled that reached nobody', SAMPLES.cancelled(), ['delivery_failed', 'info']],
    [
      'a cancelled that reached some',
      settled({ status: 'cancelled', counts: { recipients: 3, accepted: 1 } }),
      ['delivery_partly_sent', 'info'],
    ],
    ['what came back', cameBack(), ['delivery_bounced', 'error']],
    ['a complaint', cameBack('complaint'), ['delivery_bounced', 'warning']],
    ['a document to a dead address', cameBack('known_dead'), ['delivery_bounced', 'warning']],
    ['a rejected job', rejected(), ['job_rejected', 'error']],
    ['a delivery that is not settled', settled({ status: 'waiting' }), null],
  ])('decides on %s', (_name, event, expected) => {
    const alert = decideAlert(event);
    expect(alert && [alert.type, alert.severity]).toEqual(expected);
  });

  it('tells of an address once, whatever is sent there, and of each document where nobody knows the address', () => {
    const keyOf = (event: OutcomeEvent) => decideAlert(event)?.groupKey;
    expect(keyOf(cameBack())).toBe(keyOf(cameBack()));
    expect(keyOf(cameBack())).not.toBe(keyOf(cameBack('known_dead')));
    expect(keyOf(cameBack('bounced', { recipients: [] }))).not.toBe(keyOf(cameBack('bounced', { recipients: [] })));
  });

  it('counts a document that its way failed with the trouble of that way, where that was told', () => {
    const partOf = (event: OutcomeEvent) => decideAlert(event)?.partOf;
    const down = { ...INCIDENTS.serverDown(), failure: SERVER_DOWN, server: SERVER_DOWN.server ?? '' };
    const key = decideAlert(down)?.groupKey;
    expect(partOf(settled({ status: 'failed', failure: SERVER_DOWN }))).toEqual({ groupKey: key, as: 'failed' });
    expect(partOf(settled({ usedFallback: true, failure: SERVER_DOWN }))).toEqual({ groupKey: key, as: 'fellBack' });
    for (const event of [SAMPLES.partlySent(), rejected(), down]) expect(partOf(event)).toBeUndefined();
  });

  it('does not tell whoever cancelled it, but all others', () => {
    const audienceOf = (cancelledBy: string, fields: { notifyUserIds: string[] }) =>
      decideAlert(settled({ status: 'cancelled', cancelledBy }, { requestedBy: { userId: 'a' }, ...fields }))?.audience;
    expect(audienceOf('a', { notifyUserIds: [] })).toBeUndefined();
    expect(audienceOf('a', { notifyUserIds: ['b', 'a'] })).toEqual({ kind: 'users', userIds: ['b'] });
    expect(audienceOf('c', { notifyUserIds: ['b'] })).toEqual({ kind: 'users', userIds: ['a', 'b'] });
  });

  it('names delivery and document', () => {
    const event = SAMPLES.failed();
    expect(decideAlert(event)).toMatchObject({ deliveryId: event.delivery.id, documentId: 'inv-2026-0042', teamId: 'acme' });
    expect(decideAlert(rejected())).toMatchObject({ deliveryId: null, documentId: 'inv-2026-0042' });
  });

  it.each([
    ['the requester and the named, once each', { requestedBy: { userId: 'a' }, notifyUserIds: ['b', 'a', 'b'] }, ['a', 'b']],
    ['the named alone', { requestedBy: null, notifyUserIds: ['b'] }, ['b']],
    ['the team when nobody is named', { requestedBy: null, notifyUserIds: [] }, null],
  ])('tells %s', (_name, fields, userIds) => {
    expect(decideAlert(SAMPLES.failed(fields))?.audience).toEqual(userIds ? { kind: 'users', userIds } : { kind: 'team' });
  });

  it('tells the team of its server and of the platform, and who runs the platform of its certificate', () => {
    expect(decideAlert(INCIDENTS.serverDown())?.audience).toEqual({ kind: 'team' });
    expect(decideAlert(INCIDENTS.platformUnavailable({ notifyUserIds: ['b'] }))?.audience).toEqual({ kind: 'users', userIds: ['b'] });
    const certificate = decideAlert(INCIDENTS.certificateExpiring());
    expect([certificate?.teamId, certificate?.audience]).toEqual([OPERATOR.teamId, { kind: 'users', userIds: [OPERATOR.userId] }]);
    expect(teamId.safeParse(OPERATOR.teamId).success).toBe(false);
  });

  it('has one group for trouble of a way out that is told again', () => {
    const keys = (...events: OutcomeEvent[]) => new Set(events.map((event) => decideAlert(event)?.groupKey));
    expect(keys(INCIDENTS.serverDown(), { ...INCIDENTS.serverDown(), since: '2026-12-03T07:00:00.000Z' }).size).toBe(1);
    expect(keys(INCIDENTS.certificateExpiring(30), INCIDENTS.certificateExpiring(3)).size).toBe(1);
    expect(keys(INCIDENTS.serverDown(), { ...INCIDENTS.serverDown(), server: 'other:25' }, INCIDENTS.platformUnavailable()).size).toBe(3);
  });

  it.each([
    ['a failed for its recipients', () => settled({ status: 'failed', failure: UNKNOWN_RECIPIENT })],
    ['a failed without a reason', () => settled({ status: 'failed' })],
    ['a partly sent', () => SAMPLES.partlySent()],
    ['an uncertain', () => SAMPLES.uncertain()],
    ['a cancelled', () => SAMPLES.cancelled()],
    ['a rejected job', () => rejected()],
  ])('has one group for the same kind of trouble of other documents: %s', (_name, event) => {
    const another = () => ({ ...event(), eventId: '0193a2b4-0000-7000-8000-000000000000' });
    expect(decideAlert(another())?.groupKey).toBe(decideAlert(event())?.groupKey);
  });

  it('keeps kinds of trouble apart', () => {
    const events = [
      ...[SAMPLES.failed(), SAMPLES.partlySent(), SAMPLES.uncertain(), SAMPLES.cancelled(), SAMPLES.sentAfterDoubt(), SAMPLES.fellBack()],
      ...[settled({ status: 'failed', failure: UNKNOWN_RECIPIENT }), settled({ status: 'failed' })],
      ...[settled({ status: 'failed', usedFallback: true, failure: UNKNOWN_RECIPIENT }), rejected(), rejected({ reason: 'key_conflict' })],
    ];
    expect(new Set(events.map((event) => decideAlert(event)?.groupKey)).size).toBe(events.length);
  });

  it('has one group per type, server and reason', () => {
    const keys = [
      settled({ status: 'failed', failure: SERVER_DOWN }),
      settled({ usedFallback: true, failure: SERVER_DOWN }),
      settled({ status: 'failed', failure: { ...SERVER_DOWN, server: 'smtp.other.example:25' } }),
      settled({ status: 'failed', failure: { ...SERVER_DOWN, code: 'smtp_timeout' } }),
    ].map((event) => decideAlert(event)?.groupKey);
    expect(new Set(keys).size).toBe(4);
  });

  it('always says the same of the same event, and something of all but a clean sent', () => {
    const anyEvent = fc.record({
      status: fc.constantFrom(...DELIVERY_STATUSES),
      usedFallback: fc.boolean(),
      code: fc.constantFrom(...FAILURE_CODES),
    });
    fc.assert(
      fc.property(anyEvent, ({ status, usedFallback, code }) => {
        const event = settled({ status, usedFallback, failure: { ...SERVER_DOWN, code } });
        const copy = outcomeEvent.parse(JSON.parse(JSON.stringify(event)));
        expect(decideAlert(copy)).toEqual(decideAlert(event));
        const isQuiet = ['queued', 'sending', 'waiting'].includes(status) || (status === 'sent' && !usedFallback);
        expect(decideAlert(event) === null).toBe(isQuiet);
      }),
    );
  });
});
