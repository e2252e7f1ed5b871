// Lanes: what shares a way out (a team's own server, or the platform for a team) shares its room, and slows down together.
import { Inject, Injectable } from '@nestjs/common';
import { type AttemptStage } from '@billing-mail/contracts';
import { limitMet, type RecipientResult, stopMs, type Verdict, wayStopped } from '@billing-mail/mail-core';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { PLATFORM_WAY, wayOf } from '../records/lanes.js';
import { Pace } from './pace.js';

/** Failures in a row after which a server is tried gently. */
const FAILURES_TOLERATED = 3;
/** A server that does not get this far with us is not there; one that refuses a message is. */
const STAGES_OF_THE_WAY: readonly AttemptStage[] = ['dns', 'connect', 'tls', 'greeting', 'auth'];

/**
 * Which servers fail again and again or met a limit, as this process sees it. A lane that fails gets one delivery at a time: that one is the
 * probe, and its success gives the lane its room back. Each delivery keeps its three tries. A way that met a limit has a pace.
 */
@Injectable()
export class LaneHealth {
  private readonly failures = new Map<string, number>();
  /** Lanes whose way is stopped while their deliveries may go by the platform: why, and until when. */
  private readonly bypassed = new Map<string, { why: Verdict; until: number }>();
  private readonly pace: Pace;
  private readonly stopMs: number;

  constructor(@Inject(DISPATCHER_ENV) env: Pick<DispatcherEnv, 'RETRY_DELAYS' | 'DISPATCH_CONCURRENCY' | 'CUSTOM_SERVER_CONNECTIONS'>) {
    this.stopMs = stopMs(env.RETRY_DELAYS);
    this.pace = new Pace({
      retryDelaysMs: env.RETRY_DELAYS,
      roomOf: (way) => (way === PLATFORM_WAY ? env.DISPATCH_CONCURRENCY : env.CUSTOM_SERVER_CONNECTIONS),
      now: () => performance.now(),
    });
  }

  /**
   * Notes what a try came to. Returns how long its way waits because it met a limit of the server's or was stopped, in milliseconds; `null` where
   * neither is so, or where the platform takes what the way does not.
   */
  note(lane: string, tried: { results: readonly RecipientResult[]; failure: Verdict | null; fallback: boolean }): number | null {
    if (tried.results.some(({ outcome }) => outcome === 'accepted')) this.pace.took(wayOf(lane));
    const stop = wayStopped(tried);
    if (stop !== null && tried.fallback) {
      this.bypassed.set(lane, { why: stop, until: performance.now() + this.stopMs });
      return null;
    }
    const limit = stop ?? limitMet(tried);
    if (limit === null) this.noteFailure(lane, tried.failure);
    return limit && this.pace.limited(wayOf(lane), limit);
  }

  /** How many deliveries may start now, and be under way at a time, for a limit of the server's; `null` where none is known. */
  startsNow(way: string): { starts: number; room: number } | null {
    return this.pace.startsNow(way);
  }

  started(lane: string): void {
    this.pace.started(wayOf(lane));
  }

  /** Why a delivery goes by the platform without a try of its own server; `null` where it has one. After the stop one asks the server again. */
  whyBypassed(lane: string): Verdict | null {
    const bypass = this.bypassed.get(lane);
    if (bypass === undefined) return null;
    if (performance.now() < bypass.until) return bypass.why;
    this.bypassed.delete(lane);
    return null;
  }

  /** The server of a lane may be another one now. */
  forgetPace(lane: string): void {
    this.bypassed.delete(lane);
    this.pace.forget(wayOf(lane));
  }

  private noteFailure(lane: string, failure: Verdict | null): void {
    if (failure !== null && isOfTheWay(failure)) this.failures.set(lane, (this.failures.get(lane) ?? 0) + 1);
    else this.failures.delete(lane);
  }

  isFailing(lane: string): boolean {
    return (this.failures.get(lane) ?? 0) >= FAILURES_TOLERATED;
  }

  /** The lanes that may not use all their room now; what all lanes of the platform share is not told for each. */
  restrained(): string[] {
    const paced = this.pace.known().filter((way) => way !== PLATFORM_WAY);
    return [...new Set([...[...this.failures.keys()].filter((lane) => this.isFailing(lane)), ...paced])];
  }
}

/** Whether it says that the way out does not work, as opposed to one that refuses a message. */
export const isOfTheWay = ({ scope, stage }: Verdict): boolean => scope === 'route' && STAGES_OF_THE_WAY.includes(stage);
