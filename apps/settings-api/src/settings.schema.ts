import { type Schema } from '@billing-mail/platform';
import { EmailDeliveryChangeEntity } from './email-delivery/email-delivery-change.entity.js';
import { EmailDeliveryEntity } from './email-delivery/email-delivery.entity.js';
import { TeamNameEntity } from './email-delivery/team-name.entity.js';
import { CreateEmailDelivery1794700800000 } from './migrations/1794700800000-create-email-delivery.js';
import { BoundedHistory1800000000040 } from './migrations/1800000000040-bounded-history.js';
import { CopiesOfTypes1800000000053 } from './migrations/1800000000053-copies-of-types.js';
import { TeamCertificates1800000000100 } from './migrations/1800000000100-team-certificates.js';
import { TeamNames1800000000050 } from './migrations/1800000000050-team-names.js';
import { MailConnections1800000000080 } from './migrations/1800000000080-mail-connections.js';
import { WhoSignsIn1800000000710 } from './migrations/1800000000710-who-signs-in.js';

/** The PostgreSQL schema that settings-api owns. */
export const settingsSchema: Schema = {
  name: 'settings',
  entities: [EmailDeliveryEntity, EmailDeliveryChangeEntity, TeamNameEntity],
  migrations: [
    CreateEmailDelivery1794700800000,
    BoundedHistory1800000000040,
    TeamNames1800000000050,
    MailConnections1800000000080,
    TeamCertificates1800000000100,
    CopiesOfTypes1800000000053,
    WhoSignsIn1800000000710,
  ],
};
