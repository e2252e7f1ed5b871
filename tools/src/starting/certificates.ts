// Provides the S/MIME signer of a development machine, issued by an authority that only this machine knows.
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSmimeAuthority, issueSigner, newRsaKeyPem, packPkcs12 } from '@billing-mail/local-servers';

const DAY_MS = 86_400_000;

/** Paths of the signer's PKCS#12 file and of the root certificate for verifiers; `caFile` is `null` if the signer is not ours. */
export type CertificateFiles = { p12File: string; caFile: string | null };

/** Creates authority and signer for `address` in `folder`, unless they exist and are valid for another week. */
export function provideCertificates(folder: string, address: string, passphrase: string): CertificateFiles {
  const caFile = join(folder, 'ca.pem');
  const files = { p12File: join(folder, 'signer.p12'), caFile };
  const certificateFile = join(folder, 'signer.pem');
  if (existsSync(files.p12File) && existsSync(caFile) && isGood(certificateFile, address)) return files;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const validity = { validFrom: new Date(Date.now() - DAY_MS), validTo: new Date(Date.now() + 365 * DAY_MS) };
  const authority = createSmimeAuthority({
    organization: 'Billing Mail Development',
    rootKeyPem: newRsaKeyPem(),
    issuerKeyPem: newRsaKeyPem(),
    ...validity,
  });
  const keyPem = newRsaKeyPem();
  const certificate = issueSigner(authority, { addresses: [address], name: 'Billing Mail', keyPem, ...validity });
  writeFileSync(files.p12File, packPkcs12(keyPem, [certificate, authority.issuerPem, authority.rootPem], passphrase), { mode: 0o600 });
  writeFileSync(caFile, authority.rootPem);
  writeFileSync(certificateFile, certificate);
  return files;
}

function isGood(certificateFile: string, address: string): boolean {
  if (!existsSync(certificateFile)) return false;
  const certificate = new X509Certificate(readFileSync(certificateFile));
  return certificate.checkEmail(address) !== undefined && Date.parse(certificate.validTo) > Date.now() + 7 * DAY_MS;
}
