import { runMigration } from '@billing-mail/platform';
import { migrationUrl } from './dispatcher.env.js';
import { dispatchSchema } from './dispatch.schema.js';

void runMigration('mail-dispatcher', migrationUrl, dispatchSchema);
