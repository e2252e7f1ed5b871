import { Injectable } from '@nestjs/common';
import { RateLimiter } from '@billing-mail/platform';
import { type ProbedStep } from './smtp-probe.js';

/** Lets a team wait longer and longer whose sign-ins to a host fail: nobody tries passwords through us. */
@Injectable()
export class SignInWaits {
  constructor(private readonly limiter: RateLimiter) {}

  /** @throws ProblemException 429 while the team has to wait. */
  async check(teamId: string, host: string): Promise<void> {
    await this.limiter.checkWait('failed-sign-in', ownerOf(teamId, host));
  }

  async note(teamId: string, host: string, steps: readonly ProbedStep[]): Promise<void> {
    const signIn = steps.find(({ step }) => step === 'auth');
    if (signIn?.ok === true) await this.limiter.forgive('failed-sign-in', ownerOf(teamId, host));
    // What the server refused was a password; a link that was lost says nothing about it.
    else if (signIn?.fact?.kind === 'reply') await this.limiter.noteFailure('failed-sign-in', ownerOf(teamId, host));
  }
}

const ownerOf = (teamId: string, host: string): string => `${teamId} ${host.toLowerCase()}`;
