// Tools for tests: private servers, certificates and keys, verifiers of signed messages, and mutated payloads.
export {
  createPostgresCluster,
  findFreePort,
  findProgram,
  newRsaKeyPem,
  packPkcs12,
  POSTGRES_ROLE,
  startPostgresServer,
  startRedisServer,
  stopPostgresServer,
  type ServerProcess,
} from '@billing-mail/local-servers';
export { createTestIdentity, type TestIdentity } from './verifying/test-identity.js';
export { verifyWithGpgsm, verifyWithNss, verifyWithOpenssl } from './verifying/verifiers.js';
export { POISON, POISON_OF_SERVICES, writePoison } from './processes/poison.js';
export { NotPossibleHereError } from './not-possible-here.js';
export { eventually, HANGS_AFTER_MS, READS_WITHOUT_LIMIT } from './processes/eventually.js';
export { heldBytes } from './processes/held-bytes.js';
export { newScratchFolder } from './processes/scratch-folder.js';
export { wholeJsonFiles } from './processes/whole-json-files.js';
export { startServerProcess } from './processes/server-process.js';
export { startTestPgBouncer, type TestPgBouncer } from './pgbouncer/test-pgbouncer.js';
export { startTestHaproxy, type TestHaproxy } from './haproxy/test-haproxy.js';
export { startTestDatabase, type TestDatabase } from './postgres/test-database.js';
export { startTestDatabasePair } from './postgres/test-database-pair.js';
export { startTestCluster } from './redis/test-cluster.js';
export { Wire } from './postgres/wire.js';
export { startTestRedis, type TestRedis } from './redis/test-redis.js';
export { startTestSentinels, type TestSentinels } from './redis/test-sentinels.js';
export { startScriptedSmtpServer, type ScriptedSmtpServer } from './smtp/scripted-smtp-server.js';
export { type SmtpTransaction } from './smtp/smtp-records.js';
export { startExim, type EximSettings } from './mail-servers/exim.js';
export { startGreylist, startSignIn, type LineService } from './mail-servers/line-services.js';
export { offeringTls, startPostfix, type PostfixSettings } from './mail-servers/postfix.js';
export { type Ports, type RealServer } from './mail-servers/real-server.js';
export { times, type BodyTrap, type SmtpAction, type SmtpScript } from './smtp/smtp-script.js';
export { tlsCertificates } from './smtp/tls-certificates.js';
export { mutate, mutateText, randomBy } from './fuzzing/mutations.js';
export { expectServerErrors } from './server-errors/server-errors.js';
export { startOpenIdProvider, type OpenIdProvider } from './oauth/openid-provider.js';
export { startTestS3Server, type S3Fault, type TestS3Server } from './s3/test-s3-server.js';
export { seemingRsaKeyPem } from './verifying/rsa-keys.js';
export { startDnsServer, type DnsAnswer, type DnsServer } from './dns/dns-server.js';
export { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from './traces/trace-receiver.js';
