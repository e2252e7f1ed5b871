export {};
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
