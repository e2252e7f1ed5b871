export { type GateDecision, type OutgoingMessage, type RecipientResult, type TransactionResult } from './message.js';
export { isAddressAllowed } from './network-policy.js';
export { openSession, serverLabel, type OpenResult, type SessionOptions } from './open-session.js';
export { SessionKeeper, type KeeperOptions } from './session-keeper.js';
export { type SmtpLine } from './smtp-line.js';
export { type SmtpSession } from './session.js';
export { type Capabilities, type NetworkPolicy, type SessionStep, type SmtpServer, type Timeouts } from './smtp-server.js';
export { platformServer } from './platform-server.js';
export { defaultClientName } from './client-name.js';
