import { runMigration } from '@billing-mail/platform';
import { migrationUrl } from './notification.env.js';
import { notifySchema } from './notify.schema.js';

void runMigration('notification-service', migrationUrl, notifySchema);
