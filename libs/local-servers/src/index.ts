export { findProgram } from './find-program.js';
export { findFreePort } from './free-port.js';
export {
  createPostgresCluster,
  POSTGRES_ROLE,
  postgresVersion,
  serverAccount,
  startPostgresServer,
  stopPostgresServer,
  type PostgresShutdown,
} from './postgres-server.js';
export { startRedisServer } from './redis-server.js';
export { newRsaKeyPem, signerBy } from './rsa-keys.js';
export { ServerStartError, startServerProcess, type ServerCommand, type ServerProcess } from './server-process.js';
export { createSmimeAuthority, issueSigner, packPkcs12, type SignerRequest, type SmimeAuthority } from './smime-authority.js';
