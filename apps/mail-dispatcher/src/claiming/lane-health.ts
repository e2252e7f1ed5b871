// Lanes: what shares a way out (a team's own server, or the platform for a team) shares its room, and slows down together.
import { Injectable } from '@nestjs/common';
import { type AttemptStage } from '@billing-mail/contracts';
import { type Verdict } from '@billing-mail/mail-core';

/** Failures in a row after which a server is tried gently. */
const FAILURES_TOLERATED = 3;
/** A server that does not get this far with us is not there; one that refuses a message is. */
const STAGES_OF_THE_WAY: readonly AttemptStage[] = ['dns', 'connect', 'tls', 'greeting', 'auth'];

/**
 * Which servers fail again and again, as this process sees it. Such a lane gets one delivery at a time: that one is the probe, and
 * its success gives the lane its room back. Each delivery keeps its three tries.
 */
@Injectable()
export class LaneHealth {
  private readonly failures = new Map<string, number>();

  note(lane: string, failure: Verdict | null): void {
    if (failure !== null && isOfTheWay(failure)) this.failures.set(lane, (this.failures.get(lane) ?? 0) + 1);
    else this.failures.delete(lane);
  }

  isFailing(lane: string): boolean {
    return (this.failures.get(lane) ?? 0) >= FAILURES_TOLERATED;
  }

  /** The lanes that are tried gently now. */
  failing(): string[] {
    return [...this.failures.keys()].filter((lane) => this.isFailing(lane));
  }
}

/** Whether it says that the way out does not work, as opposed to one that refuses a message. */
export const isOfTheWay = ({ scope, stage }: Verdict): boolean => scope === 'route' && STAGES_OF_THE_WAY.includes(stage);
