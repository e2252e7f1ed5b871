import { readFileSync } from 'node:fs';
import { checkSigningIdentity, readPkcs12, type SigningIdentity, SigningIdentityError } from '@billing-mail/mail-core';
import { EnvironmentError } from '@billing-mail/platform';

/**
 * Thrown if the platform's signing key can't be used now, for example because its certificate has expired. That is a trouble of our own, so
 * mail of the platform waits.
 */
export class SigningKeyUnavailableError extends Error {
  override readonly name = 'SigningKeyUnavailableError';
}

/** The platform's signing key and the sender address that it is for. */
export class SigningKey {
  constructor(
    readonly identity: SigningIdentity,
    private readonly fromAddress: string,
  ) {}

  /** @throws SigningKeyUnavailableError if receivers would reject a signature made at `now` */
  usableAt(now: Date): SigningIdentity {
    const problem = this.problemsAt(now).find(({ fatal }) => fatal);
    if (problem) throw new SigningKeyUnavailableError(problem.message);
    return this.identity;
  }

  problemsAt(now: Date) {
    return checkSigningIdentity(this.identity, { fromAddress: this.fromAddress, now });
  }
}

/** @throws EnvironmentError that says which variable is wrong and why */
export function loadSigningKey(env: { SMIME_P12_FILE: string; SMIME_P12_PASSPHRASE: string; PLATFORM_FROM_ADDRESS: string }): SigningKey {
  const problem = (message: string) => new EnvironmentError([message]);
  let bytes: Buffer;
  try {
    bytes = readFileSync(env.SMIME_P12_FILE);
  } catch (error) {
    throw problem(`SMIME_P12_FILE names a file that can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
  try {
    return new SigningKey(readPkcs12(bytes, env.SMIME_P12_PASSPHRASE), env.PLATFORM_FROM_ADDRESS);
  } catch (error) {
    if (error instanceof SigningIdentityError)
      throw problem(`${error.problem === 'passphrase_wrong' ? 'SMIME_P12_PASSPHRASE' : 'SMIME_P12_FILE'}: ${error.message}`);
    throw error;
  }
}
