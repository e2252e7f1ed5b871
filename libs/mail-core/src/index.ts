export * from './replies/smtp-fact.js';
export * from './replies/classify-reply.js';
export * from './replies/clean-reply.js';
export { parseEnhancedCode } from './replies/enhanced-code.js';
export { bareMessageId, messageAliasIn } from './replies/message-aliases.js';
export { type Verdict } from './replies/verdict.js';
export * from './addressing/return-path.js';
export { type ResolvedRecipient, resolveRecipients } from './addressing/resolve-recipients.js';
export { shownInHeaders } from './addressing/shown-in-headers.js';
export { composeMessage, streamMessage } from './composing/compose-message.js';
export { type DraftAttachment, type MessageDraft } from './composing/message-draft.js';
export { checkSigningIdentity, type SigningIdentityProblem } from './signing/check-signing-identity.js';
export { createDetachedSignature } from './signing/detached-signature.js';
export {
  type Pkcs12Identity,
  readPkcs12,
  readPkcs12InTurns,
  type SigningFileProblem,
  type SigningIdentity,
  signingIdentity,
  SigningIdentityError,
} from './signing/signing-identity.js';
export * from './delivery/delivery-states.js';
export { doubtOf } from './delivery/doubt.js';
export * from './delivery/recipient-result.js';
export * from './delivery/settle-try.js';
export * from './policy/retry-policy.js';
export * from './policy/server-limits.js';
export { explainBounce } from './explaining/explain-bounce.js';
export { explainEarlierFailure, explainFailure } from './explaining/explain-failure.js';
export { explainSecondCopy } from './explaining/explain-second-copy.js';
export { type Explanation, type GoingOn } from './words/failure-words.js';
export { hintForProbe } from './explaining/hint-for-probe.js';
export { isAddressWrong, whereToMend } from './explaining/where-to-mend.js';
export { saysDeadAddress } from './bounces/classify/dead-address.js';
export { readReport } from './bounces/read-report.js';
export * from './bounces/report.js';
export { foretellEnd, type WaitingGroup } from './policy/sending-forecast.js';
export { type PaceWindows, REAL_WINDOWS, SendingPace, type SentBefore, type Size } from './policy/sending-pace.js';
