// Keeps a team's own server within its limits, over all dispatchers: a lane with limits is worked on by one of them at a time, which counts what
// it sends; PostgreSQL says which one, and keeps the counts for the next. Lanes without limits never come here.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sendingLimitsOf, type TeamMailSettings } from '@billing-mail/contracts';
import { type PaceWindows, SendingPace, type Size } from '@billing-mail/mail-core';
import { type Logger, within } from '@billing-mail/platform';
import { SessionKeeper } from '@billing-mail/smtp-client';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER, PACE_WINDOWS } from '../dispatcher.tokens.js';
import { accountOf, PacedLanesStore } from '../records/paced-lanes.store.js';

type Server = NonNullable<TeamMailSettings['smtp']>;
type PacedLane = {
  lane: string;
  account: string;
  /** Of the settings that its limits are from. */
  fingerprint: string;
  pace: SendingPace;
  heldUntil: number;
  usedAt: number;
  /** The settings have changed: whether it still has limits, and which, is seen by the next delivery. */
  isInDoubt: boolean;
  /** When to look next for deliveries that stay behind and do not say why. */
  tellsFrom: number;
  timer: NodeJS.Timeout | null;
};

/** `wait`: not now, for how long, and for which limit; `null`: another dispatcher works on the lane, or all connections are in use. */
export type Permit =
  { kind: 'go'; end: () => void } | { kind: 'wait'; afterMs: number; limit: { count: number; per: 'minute' | 'day' } | null };

const RENEWED_EVERY_MS = 1000;
/** Beyond the time for which sessions are kept: who stops to work on a lane must have no connection left when the next one begins. */
const LEASE_MS = 30_000;
/** A lane that sends nothing for so long is left. */
const LEFT_AFTER_MS = 120_000;
const LEAVE_MS = 2000;
const TELLS_AGAIN_MS = 5000;
const FORGETS_A_DAY = 24;

@Injectable()
export class PacedLanes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly workerId = randomUUID();
  private readonly lanes = new Map<string, PacedLane>();
  private readonly openings = new Map<string, Promise<PacedLane>>();
  private timer: NodeJS.Timeout | undefined;
  private forgotAt = -Infinity;
  /** Told when a lane has room again. */
  onRoom: () => void = () => undefined;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(PACE_WINDOWS) private readonly windows: PaceWindows,
    private readonly store: PacedLanesStore,
    private readonly sessions: SessionKeeper,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.renew(), RENEWED_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    for (const { timer } of this.lanes.values()) if (timer !== null) clearTimeout(timer);
    if (this.lanes.size === 0) return;
    await within(LEAVE_MS, this.sessions.close());
    // Where that fails the lease runs out.
    await within(
      LEAVE_MS,
      this.store.leave(this.workerId).catch(() => undefined),
    );
  }

  known(): string[] {
    return [...this.lanes.keys()];
  }

  /** What of the room that is learnt of a way its limits leave. */
  limit<Learnt extends { starts: number; room: number } | null>(way: string, learnt: Learnt): Learnt | { starts: number; room: number } {
    const known = this.lanes.size === 0 ? undefined : this.lanes.get(way);
    if (known === undefined || known.isInDoubt) return learnt;
    const now = performance.now();
    const room = now < known.heldUntil ? known.pace.roomAt(now) : 0;
    return { starts: learnt?.starts ?? room, room: Math.min(room, learnt?.room ?? room) };
  }

  /** The limits of a lane may be others now, or none. */
  doubt(lane: string): void {
    const known = this.lanes.get(lane);
    if (known !== undefined) known.isInDoubt = true;
  }

  /** Asks whether a message may be sent now, and counts it. Rejects where PostgreSQL can not be asked. */
  async begin(lane: string, server: Server, fingerprint: string, size: Size): Promise<Permit> {
    const known = await this.open(lane, server);
    const now = performance.now();
    Object.assign(known, { fingerprint, usedAt: now, isInDoubt: false });
    if (now >= known.heldUntil || !known.pace.hasConnection()) return { kind: 'wait', afterMs: 0, limit: null };
    const waitMs = known.pace.waitMs(size, now);
    if (waitMs > 0) {
      this.tellOfRoom(known);
      return { kind: 'wait', afterMs: Math.ceil(waitMs), limit: limitOf(known.pace, waitMs, this.windows) };
    }
    known.pace.begin(size);
    const end = (): void => {
      known.pace.end(size, performance.now());
      this.tellOfRoom(known);
    };
    try {
      await this.store.count(known, size, this.windows.minuteMs);
    } catch (error) {
      end();
      throw error;
    }
    return { kind: 'go', end };
  }

  private async open(lane: string, server: Server): Promise<PacedLane> {
    const account = accountOf(server);
    const limits = sendingLimitsOf(server) ?? {};
    const known = this.lanes.get(lane);
    if (known?.account === account && JSON.stringify(known.pace.limits) === JSON.stringify(limits)) return known;
    const opening = this.openings.get(lane) ?? this.take({ lane, account, limits }).finally(() => this.openings.delete(lane));
    this.openings.set(lane, opening);
    return opening;
  }

  private async take({ lane, account, limits }: { lane: string; account: string; limits: SendingPace['limits'] }): Promise<PacedLane> {
    const askedAt = performance.now();
    const known = this.lanes.get(lane);
    const same = known?.account === account ? known : null;
    // What is under way in the account ends in it, by whichever limits it began.
    const pace = new SendingPace(limits, this.windows, same?.pace);
    const taken: PacedLane = Object.assign(same ?? { lane, account, fingerprint: '', usedAt: askedAt, isInDoubt: false, timer: null }, {
      ...{ pace, heldUntil: 0, tellsFrom: 0 },
    });
    const own = await this.store.hold(this.workerId, [lane], this.leaseMs);
    if (own.has(lane)) await this.goOn(taken, askedAt);
    this.lanes.set(lane, taken);
    return taken;
  }

  /** What the one before has begun lately may only just have ended. */
  private async goOn(lane: PacedLane, askedAt: number): Promise<void> {
    const sent = await this.store.sent(lane, this.windows);
    const now = performance.now();
    lane.pace = new SendingPace(lane.pace.limits, this.windows, lane.pace);
    lane.pace.noteBefore(sent, now, this.leaseMs);
    lane.heldUntil = askedAt + LEASE_MS;
  }

  private async renew(): Promise<void> {
    if (this.lanes.size === 0) return;
    const now = performance.now();
    try {
      const idle = [...this.lanes.values()].filter(({ usedAt }) => now - usedAt > LEFT_AFTER_MS + this.env.SMTP_SESSION_IDLE);
      for (const { lane } of idle) this.lanes.delete(lane);
      if (idle.length > 0)
        await this.store.leave(
          this.workerId,
          idle.map(({ lane }) => lane),
        );
      const own = await this.store.hold(this.workerId, this.known(), this.leaseMs);
      if (now - this.forgotAt > this.windows.dayMs / FORGETS_A_DAY) {
        this.forgotAt = now;
        await this.store.forgetSent([...own], this.windows);
      }
      for (const lane of this.lanes.values()) {
        if (!own.has(lane.lane)) lane.heldUntil = 0;
        else if (now >= lane.heldUntil) await this.goOn(lane, now);
        else lane.heldUntil = now + LEASE_MS;
        if (own.has(lane.lane) && !lane.isInDoubt && now >= lane.tellsFrom) await this.tellWaiting(lane, now);
      }
    } catch (error) {
      this.logger.warn({ step: 'paced-lanes', err: error }, 'could not keep the lanes whose servers have limits');
    }
  }

  /** What is due and stays behind says why; where that is for long, it is not looked at before. */
  private async tellWaiting(lane: PacedLane, now: number): Promise<void> {
    const { pace, fingerprint } = lane;
    const waitMs = pace.waitMs(SMALLEST, now);
    const limit = waitMs > 0 ? limitOf(pace, waitMs, this.windows) : null;
    if (limit === null) return;
    const told = await this.store.tellWaiting(lane.lane, limit, fingerprint, waitMs > this.windows.minuteMs ? Math.ceil(waitMs) : 0);
    // To look whether anybody is left to be told means to read all that waits.
    if (told === 0) lane.tellsFrom = now + TELLS_AGAIN_MS;
  }

  private tellOfRoom(lane: PacedLane): void {
    const now = performance.now();
    if (lane.pace.roomAt(now) > 0 && lane.pace.waitMs(SMALLEST, now) === 0) {
      // Once the hand of the one that has ended is free, without which there is no room.
      setImmediate(() => this.onRoom());
      return;
    }
    lane.timer ??= setTimeout(
      () => {
        lane.timer = null;
        this.onRoom();
      },
      Math.min(lane.pace.waitMs(SMALLEST, now), RENEWED_EVERY_MS),
    ).unref();
  }

  private get leaseMs(): number {
    return this.env.SMTP_SESSION_IDLE + LEASE_MS;
  }
}

const SMALLEST: Size = { messages: 1, recipients: 1 };

/** Which limit makes it wait: that of the minute never does for longer than one. */
function limitOf({ limits }: SendingPace, waitMs: number, { minuteMs }: PaceWindows): { count: number; per: 'minute' | 'day' } | null {
  const { messagesPerMinute, recipientsPerDay } = limits;
  if (messagesPerMinute !== undefined && waitMs <= minuteMs) return { count: messagesPerMinute, per: 'minute' };
  return recipientsPerDay === undefined ? null : { count: recipientsPerDay, per: 'day' };
}
