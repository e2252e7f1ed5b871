import { extension, ICU, type Schema } from '@billing-mail/platform';
import { Deliveries1790000000000 } from './migrations/1790000000000-deliveries.js';
import { FindDeliveries1795500000000 } from './migrations/1795500000000-find-deliveries.js';
import { GroupOutcomes1796500000000 } from './migrations/1796500000000-group-outcomes.js';
import { ThreeStatements1797000000000 } from './migrations/1797000000000-three-statements.js';
import { PublishFromMemory1797500000000 } from './migrations/1797500000000-publish-from-memory.js';
import { BoundedReading1800000000320 } from './migrations/1800000000320-bounded-reading.js';
import { Bounces1800000000070 } from './migrations/1800000000070-bounces.js';
import { PacedLanes1800000000090 } from './migrations/1800000000090-paced-lanes.js';
import { CertificatesOfTeams1800000000100 } from './migrations/1800000000100-team-certificates.js';
import { CrashesAndTroubles1798000000040 } from './migrations/1798000000040-crashes-and-troubles.js';
import { RunsAlone1800000000020 } from './migrations/1800000000020-runs-alone.js';
import { DocumentStore1800000000120 } from './migrations/1800000000120-document-store.js';
import { Incidents1800000000340 } from './migrations/1800000000340-incidents.js';
import { Keeping1800000000140 } from './migrations/1800000000140-keeping.js';
import { MessageAliases1800000000110 } from './migrations/1800000000110-message-aliases.js';
import { NamedBlobs1800000000040 } from './migrations/1800000000040-named-blobs.js';
import { Traces1800000000520 } from './migrations/1800000000520-traces.js';
import { TranscriptsAndNotes1800000000540 } from './migrations/1800000000540-transcripts-and-notes.js';
import { AccountNamingKey1800000000710 } from './migrations/1800000000710-account-naming-key.js';
import { ReportsByAddress1800000000720 } from './migrations/1800000000720-reports-by-address.js';
import { PacedAccounts1800000000610 } from './migrations/1800000000610-paced-accounts.js';
import { Recurrences1798000000030 } from './migrations/1798000000030-recurrences.js';

/** Deliveries share their statements, so a few connections serve them all. The others are for the relay, HTTP and rare statements. */
export const DISPATCHER_CONNECTIONS = 16;

/**
 * The PostgreSQL schema of mail-dispatcher. The dispatcher works on it by conditional updates and claims, so it uses SQL instead of TypeORM
 * entities.
 */
export const dispatchSchema: Schema = {
  name: 'dispatch',
  // For the search in the log.
  needs: [extension('pg_trgm'), ICU],
  migrations: [
    Deliveries1790000000000,
    FindDeliveries1795500000000,
    GroupOutcomes1796500000000,
    ThreeStatements1797000000000,
    PublishFromMemory1797500000000,
    Recurrences1798000000030,
    CrashesAndTroubles1798000000040,
    RunsAlone1800000000020,
    NamedBlobs1800000000040,
    Bounces1800000000070,
    PacedLanes1800000000090,
    CertificatesOfTeams1800000000100,
    MessageAliases1800000000110,
    DocumentStore1800000000120,
    Keeping1800000000140,
    BoundedReading1800000000320,
    Incidents1800000000340,
    Traces1800000000520,
    TranscriptsAndNotes1800000000540,
    PacedAccounts1800000000610,
    AccountNamingKey1800000000710,
    ReportsByAddress1800000000720,
  ],
};
