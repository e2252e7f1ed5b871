// The health of lanes. A lane is a team and a route (the team's own server or the platform); its deliveries share limits and slow down
// together.
import { Inject, Injectable } from '@nestjs/common';
import { type AttemptStage } from '@billing-mail/contracts';
import { limitMet, type RecipientResult, stopMs, type Verdict, wayStopped } from '@billing-mail/mail-core';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { PLATFORM_WAY, wayOf } from '../records/lanes.js';
import { Pace } from './pace.js';

/** Failures in a row after which a server gets only one delivery at a time. */
const FAILURES_TOLERATED = 3;
/** A failure at one of these stages means that the server can't be used; failures at later stages concern the message. */
const STAGES_OF_THE_WAY: readonly AttemptStage[] = ['dns', 'connect', 'tls', 'greeting', 'auth'];

/**
 * Which servers keep failing or have set a limit, as this process sees it. A failing lane gets one delivery at a time as a probe; when that
 * succeeds, the lane is free again. Each delivery still has its three tries. A server that has set a limit gets mail at the pace that it
 * accepts.
 */
@Injectable()
export class LaneHealth {
  private readonly failures = new Map<string, number>();
  /** Lanes whose route is stopped, and whose deliveries go by the platform instead: why, and until when. */
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
   * Notes the result of a try. If the server has said that it accepts no more for now, or has stopped the account, returns for how many
   * milliseconds the route waits. Returns `null` otherwise, and if the deliveries go by the platform meanwhile.
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

  /**
   * Returns how many deliveries may start now (`starts`) and be in work at a time (`room`), given the server's limits; `null` if none is
   * known.
   */
  startsNow(way: string): { starts: number; room: number } | null {
    return this.pace.startsNow(way);
  }

  started(lane: string): void {
    this.pace.started(wayOf(lane));
  }

  /**
   * Why a delivery skips its own server and goes by the platform; `null` if it does not. When the stop is over, the server is tried again.
   */
  whyBypassed(lane: string): Verdict | null {
    const bypass = this.bypassed.get(lane);
    if (bypass === undefined) return null;
    if (performance.now() < bypass.until) return bypass.why;
    this.bypassed.delete(lane);
    return null;
  }

  /** Forgets limits and stops, as the team may use another server now. */
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

  /** The lanes that may not use all their room now. Lanes that only share a limit of the platform are not listed. */
  restrained(): string[] {
    const paced = this.pace.known().filter((way) => way !== PLATFORM_WAY);
    return [...new Set([...[...this.failures.keys()].filter((lane) => this.isFailing(lane)), ...paced])];
  }
}

/** Whether the failure means that the server can't be used, and not that it refused one message. */
export const isOfTheWay = ({ scope, stage }: Verdict): boolean => scope === 'route' && STAGES_OF_THE_WAY.includes(stage);
