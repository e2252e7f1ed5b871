// Opens the keys, from the teams' settings, that sign the mail that teams send by their own server. Opened keys are kept in memory.
import { createPrivateKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type TeamCertificate } from '@billing-mail/contracts';
import { checkSigningIdentity, type SigningIdentity, signingIdentity } from '@billing-mail/mail-core';
import { CredentialBox, signingKeyContext } from '@billing-mail/platform';
import { SettingsClient } from './settings.client.js';

/**
 * Thrown if the team's certificate can't be used, for example because it has expired. Sending unsigned would be a silent mistake, so the
 * team's mail waits for a new certificate.
 */
export class CertificateUnusableError extends Error {
  override readonly name = 'CertificateUnusableError';
}

/** An opened key takes some kilobytes, including the constant parts of its signatures. */
const MOST_KEPT = 1000;

@Injectable()
export class TeamKeys {
  private readonly opened = new Map<string, SigningIdentity>();

  constructor(
    private readonly settings: SettingsClient,
    private readonly box: CredentialBox,
  ) {}

  /**
   * Returns the identity that signs mail of this sender; `null` if the team has no certificate for it. A delivery that was taken with
   * another sender address, before the certificate was set, goes out unsigned.
   * @throws CertificateUnusableError, SettingsUnavailableError, SealError
   */
  async identityFor(teamId: string, fromAddress: string): Promise<SigningIdentity | null> {
    const certificate = (await this.settings.settingsOf(teamId))?.certificate ?? null;
    if (certificate === null) return null;
    const identity = this.open(teamId, certificate);
    const problems = checkSigningIdentity(identity, { fromAddress, now: new Date() }).filter(({ fatal }) => fatal);
    const [problem] = problems;
    if (problem === undefined) return identity;
    if (problems.some(({ code }) => code === 'address_missing')) return null;
    throw new CertificateUnusableError(`The team's own certificate cannot be used (${problem.code}).`);
  }

  private open(teamId: string, { chain, keySealed }: TeamCertificate): SigningIdentity {
    const known = this.opened.get(keySealed);
    if (known !== undefined) return known;
    const [own = Buffer.alloc(0), ...issuers] = chain.map((der) => Buffer.from(der, 'base64'));
    const key = Buffer.from(this.box.open(keySealed, signingKeyContext(teamId, own)), 'base64');
    const identity = signingIdentity(createPrivateKey({ key, format: 'der', type: 'pkcs8' }), own, issuers);
    const [oldest] = this.opened.keys();
    if (this.opened.size >= MOST_KEPT && oldest !== undefined) this.opened.delete(oldest);
    this.opened.set(keySealed, identity);
    return identity;
  }
}
