import { readCertificateFields } from './certificate-fields.js';
import { type SigningIdentity } from './signing-identity.js';

export type SigningIdentityProblem = {
  code: 'expired' | 'not_yet_valid' | 'expires_soon' | 'address_missing' | 'key_usage_wrong' | 'extended_key_usage_wrong';
  /** False if signatures are valid and only a warning is due. */
  fatal: boolean;
  /** What is wrong and what to do about it. */
  message: string;
};

const DAY_MS = 24 * 60 * 60 * 1000;
// Public CAs take days to check an organisation again; a month leaves room for a holiday.
const WARN_DAYS = 30;
const PURPOSES = { emailProtection: '1.3.6.1.5.5.7.3.4', any: '2.5.29.37.0' };

/**
 * Returns what a receiver would find wrong with mail from `fromAddress` that is signed by `identity`; an empty list if nothing. `warnDays`:
 * how many days ahead an expiry is a problem.
 */
export function checkSigningIdentity(
  identity: SigningIdentity,
  { fromAddress, now, warnDays = WARN_DAYS }: { fromAddress: string; now: Date; warnDays?: number },
): SigningIdentityProblem[] {
  const problems: SigningIdentityProblem[] = [];
  const report = (code: SigningIdentityProblem['code'], message: string): void => {
    problems.push({ code, fatal: code !== 'expires_soon', message });
  };
  const { notBefore, notAfter, addresses } = identity;
  const daysLeft = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
  if (now > notAfter) report('expired', `The signing certificate expired on ${isoDay(notAfter)}. Install a new one.`);
  else if (now < notBefore)
    report('not_yet_valid', `The signing certificate is valid only from ${isoDay(notBefore)} on. Check the clock of this machine.`);
  else if (daysLeft < warnDays)
    report('expires_soon', `The signing certificate expires on ${isoDay(notAfter)}, in ${daysLeft} days. Order a new one.`);

  if (!addresses.some((address) => address.toLowerCase() === fromAddress.toLowerCase())) {
    const held = addresses.length === 0 ? 'no address' : addresses.join(', ');
    report(
      'address_missing',
      `The signing certificate is for ${held}, not for ${fromAddress}. Change PLATFORM_FROM_ADDRESS or the certificate.`,
    );
  }

  const { maySign, extendedKeyUsage } = readCertificateFields(identity.certificateDer);
  if (!maySign) report('key_usage_wrong', 'The certificate is not meant for signatures (key usage). Order one for S/MIME signing.');
  if (extendedKeyUsage !== null && !extendedKeyUsage.some((purpose) => purpose === PURPOSES.emailProtection || purpose === PURPOSES.any)) {
    report('extended_key_usage_wrong', 'The certificate is not meant for e-mail (extended key usage). Order one for S/MIME signing.');
  }
  return problems;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
