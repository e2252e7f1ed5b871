// Keeps mail by the teams' own servers within the limits of the teams' settings, across all dispatchers. One dispatcher at a time sends by
// an account with limits, for all teams that use that account, and counts what it sends. PostgreSQL says which dispatcher that is, and
// keeps the counts for the next one. Lanes without limits cost nothing here.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sendingLimitsOf, type TeamMailSettings } from '@billing-mail/contracts';
import { type PaceWindows, SendingPace, type Size } from '@billing-mail/mail-core';
import { type Logger, within } from '@billing-mail/platform';
import { SessionKeeper } from '@billing-mail/smtp-client';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER, PACE_WINDOWS } from '../dispatcher.tokens.js';
import { laneOf } from '../records/lanes.js';
import { PacedLanesStore } from '../records/paced-lanes.store.js';
import { type AccountNames, SendingAccounts } from './sending-accounts.js';

type Server = NonNullable<TeamMailSettings['smtp']>;
/** An account whose messages the server counts together. `pace` has no limits itself; it counts what all teams of the account have sent. */
type Account = { name: string; pace: SendingPace; underWay: number; heldUntil: number; usedAt: number };
type PacedLane = {
  lane: string;
  account: Account;
  /** Fingerprint of the settings that the limits come from. */
  fingerprint: string;
  /** The counts of the account, with the limits of this team. */
  pace: SendingPace;
  /** Deliveries in work in this lane; `underWay` of the account includes them. */
  underWay: number;
  usedAt: number;
  /** The settings have changed, so limits are not applied until the next delivery has read them. */
  isInDoubt: boolean;
  /** When to look next for due deliveries that do not yet say why they wait. */
  tellsFrom: number;
  timer: NodeJS.Timeout | null;
};

/**
 * `go`: call `end` with whether the server let the account sign in, or with `null` if that is not known. `wait`: for how long, and because
 * of which limit; `limit` is `null` if another dispatcher sends by the account, or if all connections are in use.
 */
export type Permit =
  | { kind: 'go'; account: string; end: (isLetIn: boolean | null) => void }
  | { kind: 'wait'; afterMs: number; limit: { count: number; per: 'minute' | 'day' } | null };

const RENEWED_EVERY_MS = 1000;
/**
 * A lease is this much longer than sessions are kept idle, so that a dispatcher that stops sending by an account has no connection left
 * when the next one begins.
 */
const LEASE_MS = 30_000;
/** A lane or account that sends nothing for this long plus the idle time of a session is given up. */
const LEFT_AFTER_MS = 120_000;
const LEAVE_MS = 2000;
const TELLS_AGAIN_MS = 5000;
const FORGETS_A_DAY = 24;

@Injectable()
export class PacedLanes implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly workerId = randomUUID();
  private readonly lanes = new Map<string, PacedLane>();
  private readonly accounts = new Map<string, Account>();
  private readonly joining = new Map<string, Promise<void>>();
  private readonly goingOn = new Map<Account, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private forgotAt = -Infinity;
  /** Called when a lane has room again. */
  onRoom: () => void = () => undefined;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(PACE_WINDOWS) private readonly windows: PaceWindows,
    private readonly store: PacedLanesStore,
    private readonly sessions: SessionKeeper,
    private readonly sendingAccounts: SendingAccounts,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.renew(), RENEWED_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    for (const { timer } of this.lanes.values()) if (timer !== null) clearTimeout(timer);
    if (this.accounts.size === 0) return;
    await within(LEAVE_MS, this.sessions.close());
    // If this fails, the lease runs out.
    await within(
      LEAVE_MS,
      this.store.leave(this.workerId).catch(() => undefined),
    );
  }

  known(): string[] {
    return [...this.lanes.keys()];
  }

  /** Reduces the room of a route, as learnt from its server, to what the limits of its account leave. */
  limit<Learnt extends { starts: number; room: number } | null>(way: string, learnt: Learnt): Learnt | { starts: number; room: number } {
    const known = this.lanes.size === 0 ? undefined : this.lanes.get(way);
    if (known === undefined || known.isInDoubt) return learnt;
    const now = performance.now();
    const room = now < known.account.heldUntil ? Math.max(0, known.pace.roomAt(now) - known.account.underWay + known.underWay) : 0;
    return { starts: learnt?.starts ?? room, room: Math.min(room, learnt?.room ?? room) };
  }

  /** Call when the settings of a lane's team have changed: it may have other limits now, or none. */
  doubt(lane: string): void {
    const known = this.lanes.get(lane);
    if (known !== undefined) known.isInDoubt = true;
  }

  /** Asks whether a message may be sent now, and counts it if so. Throws if PostgreSQL does not answer. */
  async begin(teamId: string, server: Server, fingerprint: string, size: Size): Promise<Permit> {
    const names = this.sendingAccounts.namesOf(teamId, server);
    const known = await this.open(laneOf(teamId, 'custom'), names, sendingLimitsOf(server) ?? {});
    const { lane, account } = known;
    const now = performance.now();
    Object.assign(known, { fingerprint, usedAt: now, isInDoubt: false });
    account.usedAt = now;
    if (now >= account.heldUntil || !known.pace.hasConnection()) return { kind: 'wait', afterMs: 0, limit: null };
    const waitMs = known.pace.waitMs(size, now);
    if (waitMs > 0) {
      this.tellOfRoom(known);
      return { kind: 'wait', afterMs: Math.ceil(waitMs), limit: limitOf(known.pace, waitMs, this.windows) };
    }
    const count = (by: number): void => void ((account.underWay += by), (known.underWay += by));
    account.pace.begin(size);
    count(1);
    const end = (isLetIn: boolean | null): void => {
      account.pace.end(size, performance.now());
      count(-1);
      const shownName = isLetIn === null ? account.name : isLetIn ? names.shared : names.own;
      if (account.name !== shownName) this.joining.set(lane, this.countFor(known, shownName));
      this.tellOfRoom(known);
    };
    try {
      await this.store.count({ lane, account: account.name }, size, this.windows.minuteMs);
    } catch (error) {
      end(null);
      throw error;
    }
    return { kind: 'go', account: account.name, end };
  }

  private async open(lane: string, names: AccountNames, limits: SendingPace['limits']): Promise<PacedLane> {
    await this.joining.get(lane);
    const name = await this.nameOf(lane, names);
    const askedAt = performance.now();
    const account = this.accounts.get(name) ?? {
      name,
      pace: new SendingPace({}, this.windows),
      underWay: 0,
      heldUntil: 0,
      usedAt: askedAt,
    };
    const known = this.lanes.get(lane);
    if (known?.account === account) {
      if (JSON.stringify(known.pace.limits) !== JSON.stringify(limits))
        Object.assign(known, { pace: new SendingPace(limits, this.windows, account.pace), tellsFrom: 0 });
      return known;
    }
    this.accounts.set(name, account);
    // Before the lane belonged to this account it may have sent by another dispatcher, so the counts are read again.
    if (names.own !== names.shared) account.heldUntil = 0;
    if (askedAt >= account.heldUntil) {
      const own = await this.store.hold(this.workerId, [name], this.leaseMs);
      if (own.has(name) && askedAt >= account.heldUntil) await this.goOn(account, askedAt);
    }
    return this.noteLane(lane, account, limits);
  }

  /** The account that a lane counts for: the shared one once the server has let the team sign in to it. */
  async nameOf(lane: string, { own, shared }: AccountNames): Promise<string> {
    if (own === shared) return shared;
    const account = this.lanes.get(lane)?.account;
    const isSure = account !== undefined && [own, shared].includes(account.name) && performance.now() < account.heldUntil;
    if (isSure) return account.name;
    return (await this.store.hasSent({ lane, account: shared }, this.windows)) ? shared : own;
  }

  /** Moves a lane to the shared account after the server has let it sign in, and back after the server has refused it. */
  private async countFor({ lane, account }: PacedLane, name: string): Promise<void> {
    try {
      await this.store.countFor(lane, account.name, name);
      if (this.lanes.get(lane)?.account === account) this.lanes.delete(lane);
    } catch (error) {
      // The next delivery of the lane tries again.
      this.logger.warn({ step: 'paced-lanes', err: error }, "could not record which account a team's messages count for");
    } finally {
      this.joining.delete(lane);
    }
  }

  /** If another delivery has noted the lane meanwhile, that entry stays. */
  private noteLane(lane: string, account: Account, limits: SendingPace['limits']): PacedLane {
    const known = this.lanes.get(lane);
    if (known?.account === account) return known;
    const noted: PacedLane = {
      ...{ lane, account, fingerprint: '', pace: new SendingPace(limits, this.windows, account.pace), underWay: 0 },
      ...{ usedAt: performance.now(), isInDoubt: false, tellsFrom: 0, timer: null },
    };
    this.lanes.set(lane, noted);
    return noted;
  }

  /**
   * Starts to send by an account, with the counts of the previous dispatcher, whose latest messages may have ended only now. Runs once at a
   * time: a second run would forget what was sent after the first.
   */
  private goOn(account: Account, askedAt: number): Promise<void> {
    const going = this.goingOn.get(account) ?? this.readSent(account, askedAt).finally(() => this.goingOn.delete(account));
    this.goingOn.set(account, going);
    return going;
  }

  private async readSent(account: Account, askedAt: number): Promise<void> {
    const sent = await this.store.sent(account.name, this.windows);
    account.pace.forgetSent();
    account.pace.noteBefore(sent, performance.now(), this.leaseMs);
    account.heldUntil = askedAt + LEASE_MS;
  }

  private async renew(): Promise<void> {
    if (this.accounts.size === 0) return;
    const now = performance.now();
    try {
      await this.leaveIdle(now);
      const accounts = [...this.accounts.values()];
      const own = await this.store.hold(
        this.workerId,
        accounts.map(({ name }) => name),
        this.leaseMs,
      );
      if (now - this.forgotAt > this.windows.dayMs / FORGETS_A_DAY) {
        this.forgotAt = now;
        await this.store.forgetSent([...own], this.windows);
      }
      for (const account of accounts) {
        if (!own.has(account.name)) account.heldUntil = 0;
        else if (now >= account.heldUntil) await this.takeOver(account, now);
        else account.heldUntil = now + LEASE_MS;
      }
      for (const lane of this.lanes.values())
        if (own.has(lane.account.name) && !lane.isInDoubt && now >= lane.tellsFrom) await this.tellWaiting(lane, now);
    } catch (error) {
      this.logger.warn({ step: 'paced-lanes', err: error }, 'could not renew the leases of accounts with limits');
    }
  }

  /** Lanes of the account may count for another one by now; the next delivery of each finds out. */
  private async takeOver(account: Account, now: number): Promise<void> {
    await this.goOn(account, now);
    for (const lane of this.lanes.values()) if (lane.account === account && lane.underWay === 0) this.lanes.delete(lane.lane);
  }

  private async leaveIdle(now: number): Promise<void> {
    const isIdle = ({ usedAt }: { usedAt: number }): boolean => now - usedAt > LEFT_AFTER_MS + this.env.SMTP_SESSION_IDLE;
    for (const lane of this.lanes.values()) if (isIdle(lane)) this.lanes.delete(lane.lane);
    const idle = [...this.accounts.values()].filter(isIdle).map(({ name }) => name);
    for (const name of idle) this.accounts.delete(name);
    if (idle.length > 0) await this.store.leave(this.workerId, idle);
  }

  /**
   * Records on the due deliveries that can't start yet which limit they wait for. If the wait is long, they are not claimed again before it
   * ends.
   */
  private async tellWaiting(lane: PacedLane, now: number): Promise<void> {
    const { pace, fingerprint } = lane;
    const waitMs = pace.waitMs(SMALLEST, now);
    const limit = waitMs > 0 ? limitOf(pace, waitMs, this.windows) : null;
    if (limit === null) return;
    const told = await this.store.tellWaiting(lane.lane, limit, fingerprint, waitMs > this.windows.minuteMs ? Math.ceil(waitMs) : 0);
    // Finding deliveries without this record means reading all that wait, so it is not done every second.
    if (told === 0) lane.tellsFrom = now + TELLS_AGAIN_MS;
  }

  private tellOfRoom(lane: PacedLane): void {
    const now = performance.now();
    if (lane.pace.roomAt(now) > 0 && lane.pace.waitMs(SMALLEST, now) === 0) {
      // Called later, because the hand of the delivery that has just ended is not free yet.
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

/** Returns the limit that makes deliveries wait. The limit per minute never makes them wait for longer than a minute. */
function limitOf({ limits }: SendingPace, waitMs: number, { minuteMs }: PaceWindows): { count: number; per: 'minute' | 'day' } | null {
  const { messagesPerMinute, recipientsPerDay } = limits;
  if (messagesPerMinute !== undefined && waitMs <= minuteMs) return { count: messagesPerMinute, per: 'minute' };
  return recipientsPerDay === undefined ? null : { count: recipientsPerDay, per: 'day' };
}
