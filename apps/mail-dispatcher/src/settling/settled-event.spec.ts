import { type RecipientRow, type DeliveryState } from '../records/rows.js';
import { toSettledEvent } from './settled-event.js';

const recipient = (position: number, changes: Partial<RecipientRow>): RecipientRow => ({
  position,
  address: `r${position}@customer.example`,
  name: null,
  role: 'to',
  status: 'accepted',
  uncertainEnds: 0,
  reason: null,
  reply: null,
  route: 'custom',
  ...changes,
});

const DELIVERY: DeliveryState & { status: 'sent' } = {
  id: 'd1',
  teamId: 'acme',
  key: 'inv-1',
  document: { id: 'inv-1', type: 'invoice' },
  requestedBy: { userId: 'u17' },
  subject: 'Invoice',
  look: null,
  status: 'sent',
  route: 'platform',
  usedFallback: true,
  tries: { custom: 3, platform: 1 },
  failure: null,
  recipients: [],
};

describe('toSettledEvent', () => {
  it('tells how many went out by the platform, so that nobody says that the own server took none', () => {
    const recipients = [recipient(1, {}), recipient(2, {}), recipient(3, { route: 'platform' })];
    expect(toSettledEvent(DELIVERY, recipients).delivery.counts).toEqual({ recipients: 3, accepted: 3, byPlatform: 1 });
  });

  it('counts nobody as sent by the platform who was refused there', () => {
    const recipients = [recipient(1, { status: 'rejected', route: 'platform', reason: 'recipient_refused' })];
    expect(toSettledEvent(DELIVERY, recipients).delivery.counts).toEqual({ recipients: 1, accepted: 0, byPlatform: 0 });
  });
});
