import { keptRsaKeyPem } from './rsa-keys.js';
import { createSmimeAuthority, issueSigner, packPkcs12, type SignerRequest, type SmimeAuthority } from '@billing-mail/local-servers';

/** A signer's PKCS#12 file, its passphrase and the root that makes receivers trust it. */
export type TestIdentity = {
  p12: Buffer;
  passphrase: string;
  caPem: string;
  keyPem: string;
  certificatePem: string;
  chainPem: string[];
  /** When messages are signed: NSS checks whether the certificate was valid at that time, the other verifiers whether it is valid now. */
  signingTime: Date;
};

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const PASSPHRASE = 'pässphrase "of" tests';

/** Makes a signer for `address` below a root and an issuing authority. By default it is valid from yesterday until a year from now. */
export function createTestIdentity(request: Partial<SignerRequest> & { address: string }): TestIdentity {
  const { address, ...rest } = request;
  const authority = testAuthority();
  const keyPem = rest.keyPem ?? keptRsaKeyPem('signer');
  const signer = { addresses: [address], name: 'Test Sender', ...lastingAYear(), ...rest, keyPem };
  const certificatePem = issueSigner(authority, signer);
  const chainPem = [authority.issuerPem, authority.rootPem];
  return {
    p12: packPkcs12(keyPem, [certificatePem, ...chainPem], PASSPHRASE),
    passphrase: PASSPHRASE,
    caPem: authority.rootPem,
    keyPem,
    certificatePem,
    chainPem,
    signingTime: new Date(signer.validFrom.getTime() + HOUR_MS),
  };
}

let authority: SmimeAuthority | null = null;
function testAuthority(): SmimeAuthority {
  authority ??= createSmimeAuthority({
    organization: 'Billing Mail Test',
    rootKeyPem: keptRsaKeyPem('root'),
    issuerKeyPem: keptRsaKeyPem('issuer'),
    ...lastingAYear(),
  });
  return authority;
}

function lastingAYear(): { validFrom: Date; validTo: Date } {
  const now = Date.now();
  return { validFrom: new Date(now - DAY_MS), validTo: new Date(now + 365 * DAY_MS) };
}
