import { type Schema } from '@billing-mail/platform';
import { EmailDeliveryChangeEntity } from './email-delivery/email-delivery-change.entity.js';
import { EmailDeliveryEntity } from './email-delivery/email-delivery.entity.js';
import { CreateEmailDelivery1794700800000 } from './migrations/1794700800000-create-email-delivery.js';

/** The PostgreSQL schema that settings-api owns. */
export const settingsSchema: Schema = {
  name: 'settings',
  entities: [EmailDeliveryEntity, EmailDeliveryChangeEntity],
  migrations: [CreateEmailDelivery1794700800000],
};
