import { type DeliverySettledEvent } from '@billing-mail/contracts';

export type SettledDelivery = DeliverySettledEvent['delivery'];

export type DeliveryParams = { kind: 'delivery' } & Pick<
  SettledDelivery,
  'document' | 'status' | 'route' | 'usedFallback' | 'troubled' | 'counts' | 'failure' | 'afterDoubt'
>;
