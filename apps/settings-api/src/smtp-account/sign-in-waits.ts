import { Injectable } from '@nestjs/common';
import { RateLimiter } from '@billing-mail/platform';
import { type ProbedStep } from './smtp-probe.js';

/** Makes a team wait longer after each failed sign-in at a host, so that nobody can try passwords through us. */
@Injectable()
export class SignInWaits {
  constructor(private readonly limiter: RateLimiter) {}

  /** @throws ProblemException 429 while the team has to wait */
  async check(teamId: string, host: string): Promise<void> {
    await this.limiter.checkWait('failed-sign-in', ownerOf(teamId, host));
  }

  async note(teamId: string, host: string, steps: readonly ProbedStep[]): Promise<void> {
    const signIn = steps.find(({ step }) => step === 'auth');
    if (signIn?.ok === true) await this.limiter.forgive('failed-sign-in', ownerOf(teamId, host));
    // Only a refusal by the server counts as a wrong password; a lost connection says nothing about it.
    else if (signIn?.fact?.kind === 'reply') await this.limiter.noteFailure('failed-sign-in', ownerOf(teamId, host));
  }
}

const ownerOf = (teamId: string, host: string): string => `${teamId} ${host.toLowerCase()}`;
