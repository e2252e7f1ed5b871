// How fast a way out takes mail, as far as its limits have taught: a way that met one waits, then goes on at the pace that worked.
import { limitWaitMs, stopMs, type Verdict } from '@billing-mail/mail-core';
import { SWEEP_MS } from './sweep.js';

/** Until here a server has not seen a message: its limit is one of connections or sign-ins, which fewer sessions at a time do not reach. */
const WHILE_CONNECTING: readonly Verdict['stage'][] = ['dns', 'connect', 'tls', 'greeting', 'auth'];

/** Deliveries that go well before a way is tried a little faster; twice as many once that proved too fast. */
const TAKEN_BEFORE_FASTER = 10;
const MOST_BEFORE_FASTER = 80;
const FASTER = 0.7;
/** A pace that nobody notices: the sending itself takes as long. */
const NEGLIGIBLE_MS = 20;

type Way = {
  /** Nothing starts before; in milliseconds of the clock. */
  opensAt: number;
  /** How long it was shut the last time. */
  shutMs: number;
  limitsInARow: number;
  /** From start to start. */
  spacingMs: number;
  /** Deliveries at a time. */
  room: number;
  /** Taken since it opened last, and when that was. */
  taken: number;
  openedAt: number;
  takenAtThisPace: number;
  takenBeforeFaster: number;
  wasMadeFaster: boolean;
};

export type PaceOptions = {
  retryDelaysMs: readonly number[];
  /** Deliveries at a time where no limit is known. */
  roomOf: (way: string) => number;
  /** Milliseconds of a clock that only goes forward. */
  now: () => number;
};

/** Remembers only the ways that met a limit; the others cost a look into an empty table. */
export class Pace {
  private readonly ways = new Map<string, Way>();

  constructor(private readonly options: PaceOptions) {}

  /** The ways that are not free to be used as they like. */
  known(): string[] {
    return [...this.ways.keys()];
  }

  /** How many may start now; `null` where no limit is known. */
  startsNow(name: string): { starts: number; room: number } | null {
    const way = this.ways.get(name);
    if (way === undefined) return null;
    const { opensAt, spacingMs, limitsInARow, room } = way;
    const openForMs = this.options.now() - opensAt;
    if (openForMs < 0) return { starts: 0, room };
    // After a limit one goes first, and the others once that was taken.
    if (limitsInARow > 0) return { starts: 1, room };
    return { starts: spacingMs === 0 ? room : 1 + Math.floor(Math.min(openForMs, SWEEP_MS) / spacingMs), room };
  }

  started(name: string): void {
    const way = this.ways.get(name);
    if (way === undefined) return;
    const now = this.options.now();
    if (way.limitsInARow > 0) way.opensAt = Math.max(way.opensAt, now + way.shutMs);
    // What was left out in the time of a sweep may be made up for: starts come with the sweeps.
    else if (way.spacingMs > 0) way.opensAt = Math.max(way.opensAt, now - SWEEP_MS) + way.spacingMs;
  }

  /** A server took something. */
  took(name: string): void {
    const way = this.ways.get(name);
    if (way === undefined) return;
    way.taken += 1;
    way.takenAtThisPace += 1;
    const now = this.options.now();
    // What had begun before the limit says nothing about the time after it.
    if (way.limitsInARow > 0 && now >= way.openedAt) {
      way.limitsInARow = 0;
      way.opensAt = now + way.spacingMs;
    }
    if (way.takenAtThisPace >= way.takenBeforeFaster && way.limitsInARow === 0) this.goFaster(name, way);
  }

  /** A server said that it takes no more for now. Returns how long the way waits, in milliseconds from now. */
  limited(name: string, limit: Verdict): number {
    const now = this.options.now();
    const way = this.ways.get(name) ?? this.newWay(name, now);
    const askedMs = limit.askedWaitMs ?? null;
    // Several deliveries that were under way together meet the same limit: it counts once.
    const isNew = way.limitsInARow === 0 || now >= way.openedAt;
    if (isNew) {
      way.limitsInARow += 1;
      const { retryDelaysMs } = this.options;
      way.shutMs = limit.stopsWay === true ? stopMs(retryDelaysMs) : limitWaitMs(way.limitsInARow, askedMs, retryDelaysMs);
      // That a way is stopped says nothing of how fast it is.
      if (limit.stopsWay !== true) this.learn(way, limit, now);
    }
    const opensAt = Math.max(isNew ? now + way.shutMs : way.openedAt, now + (askedMs ?? 0));
    Object.assign(way, { opensAt, openedAt: opensAt, taken: 0 });
    return opensAt - now;
  }

  /** The server is another one now. */
  forget(name: string): void {
    this.ways.delete(name);
  }

  private newWay(name: string, now: number): Way {
    const way: Way = {
      ...{ opensAt: now, shutMs: 0, limitsInARow: 0, spacingMs: 0, room: this.options.roomOf(name), taken: 0, openedAt: now },
      ...{ takenAtThisPace: 0, takenBeforeFaster: TAKEN_BEFORE_FASTER, wasMadeFaster: false },
    };
    this.ways.set(name, way);
    return way;
  }

  /** The pace that worked: as many in the time from one opening to the next. */
  private learn(way: Way, { stage }: Verdict, now: number): void {
    if (WHILE_CONNECTING.includes(stage) && way.room > 1) way.room = 1;
    else if (way.taken > 0) way.spacingMs = Math.round((now - way.openedAt + way.shutMs) / way.taken);
    if (way.wasMadeFaster) way.takenBeforeFaster = Math.min(way.takenBeforeFaster * 2, MOST_BEFORE_FASTER);
    way.wasMadeFaster = false;
    way.takenAtThisPace = 0;
  }

  private goFaster(name: string, way: Way): void {
    way.takenAtThisPace = 0;
    way.wasMadeFaster = true;
    if (way.spacingMs > 0) way.spacingMs = way.spacingMs * FASTER < NEGLIGIBLE_MS ? 0 : Math.round(way.spacingMs * FASTER);
    else if (way.room + 1 < this.options.roomOf(name)) way.room += 1;
    else this.ways.delete(name);
  }
}
