export {
  createSmimeAuthority,
  issueSigner,
  newRsaKeyPem,
  packPkcs12,
  type SignerRequest,
  type SmimeAuthority,
} from './verifying/smime-authority.js';
export { splitSignedMessage } from './verifying/split-signed-message.js';
export { createTestIdentity, type TestIdentity } from './verifying/test-identity.js';
export { type Verification, verifyWithGpgsm, verifyWithNss, verifyWithOpenssl } from './verifying/verifiers.js';
export { type ParsedMailbox, parseWithPython, type PythonReading } from './verifying/parse-with-python.js';
export { findProgram } from './processes/find-program.js';
export { findFreePort } from './processes/free-port.js';
export { POISON, POISON_OF_SERVICES, writePoison } from './processes/poison.js';
export { newScratchFolder } from './processes/scratch-folder.js';
export { ServerStartError, startServerProcess, type ServerCommand, type ServerProcess } from './processes/server-process.js';
export { createPostgresCluster, POSTGRES_ROLE, startPostgresServer, stopPostgresServer } from './postgres/postgres-server.js';
export { startTestPgBouncer, type TestPgBouncer } from './pgbouncer/test-pgbouncer.js';
export { startRedisServer } from './redis/redis-server.js';
export { startTestDatabase, type TestDatabase } from './postgres/test-database.js';
export { startTestCluster, type TestCluster } from './redis/test-cluster.js';
export { startTestRedis, type TestRedis } from './redis/test-redis.js';
export { startTestSentinels, type TestSentinels } from './redis/test-sentinels.js';
export { startScriptedSmtpServer, type ScriptedSmtpServer, type SmtpServerOptions } from './smtp/scripted-smtp-server.js';
export { type AuthAttempt, type SmtpConnectionRecord, type SmtpTransaction } from './smtp/smtp-records.js';
export { times, type BodyTrap, type SmtpAction, type SmtpScript } from './smtp/smtp-script.js';
export { tlsCertificates } from './smtp/tls-certificates.js';
export { mutate, mutateText, randomBy } from './fuzzing/mutations.js';
export { expectServerErrors } from './server-errors/server-errors.js';
export { startOpenIdProvider, type OpenIdProvider, type OpenIdProviderOptions } from './oauth/openid-provider.js';
export { startTestS3Server, type S3Fault, type TestS3Server } from './s3/test-s3-server.js';
