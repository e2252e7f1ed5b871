import { Injectable } from '@nestjs/common';
import { networkOf, RateLimiter } from '@billing-mail/platform';
import { type ProbedStep } from './smtp-probe.js';

/**
 * Makes a team wait longer after each failed sign-in at a server, so that nobody can try passwords through us. Anybody can give a server
 * many names, so failures also count for its address, and for the team at all servers together.
 */
@Injectable()
export class SignInWaits {
  constructor(private readonly limiter: RateLimiter) {}

  /** To be called before the server's name is looked up. @throws ProblemException 429 while the team has to wait */
  async check(teamId: string, host: string): Promise<void> {
    await this.limiter.checkWait('failed-sign-ins-of-team', teamId);
    await this.limiter.checkWait('failed-sign-in', ownerOf(teamId, host));
  }

  /** To be called before connecting to one of the addresses. @throws ProblemException 429 while the team has to wait */
  async checkAddresses(teamId: string, addresses: readonly string[]): Promise<void> {
    for (const owner of new Set(addresses.map((address) => ownerOf(teamId, networkOf(address)))))
      await this.limiter.checkWait('failed-sign-in', owner);
  }

  async note(teamId: string, host: string, steps: readonly ProbedStep[]): Promise<void> {
    const signIn = steps.find(({ step }) => step === 'auth');
    const address = steps.findLast(({ step, ok }) => step === 'connect' && ok)?.address;
    const places = [host, ...(address === undefined ? [] : [networkOf(address)])];
    const owners = [...new Set(places.map((place) => ownerOf(teamId, place)))];
    if (signIn?.ok === true) {
      // The failures of the team at all servers together stay: otherwise a server that accepts any password would clear those at others.
      for (const owner of owners) await this.limiter.forgive('failed-sign-in', owner);
    } else if (signIn?.fact?.kind === 'reply') {
      // Only a refusal by the server counts as a wrong password; a lost connection says nothing about it.
      for (const owner of owners) await this.limiter.noteFailure('failed-sign-in', owner);
      await this.limiter.noteFailure('failed-sign-ins-of-team', teamId);
    }
  }
}

const ownerOf = (teamId: string, place: string): string => `${teamId} ${place.toLowerCase()}`;
