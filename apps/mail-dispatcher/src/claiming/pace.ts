// Decides how fast a server gets mail. Once a server has said that it accepts no more for now, its route waits and then goes on at the pace
// that worked.
import { limitWaitMs, stopMs, type Verdict } from '@billing-mail/mail-core';
import { SWEEP_MS } from './sweep.js';

/** At these stages the server has not seen a message, so it limits connections or sign-ins; fewer parallel sessions keep its limit. */
const WHILE_CONNECTING: readonly Verdict['stage'][] = ['dns', 'connect', 'tls', 'greeting', 'auth'];

/** Successful deliveries before a slightly faster pace is tried; the number doubles each time the faster pace was too fast. */
const TAKEN_BEFORE_FASTER = 10;
const MOST_BEFORE_FASTER = 80;
const FASTER = 0.7;
/** A shorter spacing makes no difference, as sending one message takes about as long. */
const NEGLIGIBLE_MS = 20;

type Way = {
  /** No delivery starts before this time of the clock, in ms. */
  opensAt: number;
  /** How long the route waited after its latest limit. */
  shutMs: number;
  limitsInARow: number;
  /** Time between two starts. */
  spacingMs: number;
  /** Most deliveries at a time. */
  room: number;
  /** Deliveries accepted since the route last opened, and the time when it opened. */
  taken: number;
  openedAt: number;
  takenAtThisPace: number;
  takenBeforeFaster: number;
  wasMadeFaster: boolean;
};

export type PaceOptions = {
  retryDelaysMs: readonly number[];
  /** Most deliveries at a time where no limit is known. */
  roomOf: (way: string) => number;
  /** Milliseconds of a monotonic clock. */
  now: () => number;
};

/** Remembers only routes that met a limit; for any other a call costs one look-up in a map. */
export class Pace {
  private readonly ways = new Map<string, Way>();

  constructor(private readonly options: PaceOptions) {}

  /** The routes with a known limit. */
  known(): string[] {
    return [...this.ways.keys()];
  }

  /** Returns how many deliveries may start now (`starts`) and be in work at a time (`room`); `null` if no limit is known. */
  startsNow(name: string): { starts: number; room: number } | null {
    const way = this.ways.get(name);
    if (way === undefined) return null;
    const { opensAt, spacingMs, limitsInARow, room } = way;
    const openForMs = this.options.now() - opensAt;
    if (openForMs < 0) return { starts: 0, room };
    // After a limit one delivery goes first; the others follow once the server has accepted it.
    if (limitsInARow > 0) return { starts: 1, room };
    return { starts: spacingMs === 0 ? room : 1 + Math.floor(Math.min(openForMs, SWEEP_MS) / spacingMs), room };
  }

  started(name: string): void {
    const way = this.ways.get(name);
    if (way === undefined) return;
    const now = this.options.now();
    if (way.limitsInARow > 0) way.opensAt = Math.max(way.opensAt, now + way.shutMs);
    // Deliveries start with the sweeps, so starts that have become possible since the last sweep are not lost.
    else if (way.spacingMs > 0) way.opensAt = Math.max(way.opensAt, now - SWEEP_MS) + way.spacingMs;
  }

  /** Notes that the server has accepted a message. */
  took(name: string): void {
    const way = this.ways.get(name);
    if (way === undefined) return;
    way.taken += 1;
    way.takenAtThisPace += 1;
    const now = this.options.now();
    // A delivery that started before the limit says nothing about the time after it.
    if (way.limitsInARow > 0 && now >= way.openedAt) {
      way.limitsInARow = 0;
      way.opensAt = now + way.spacingMs;
    }
    if (way.takenAtThisPace >= way.takenBeforeFaster && way.limitsInARow === 0) this.goFaster(name, way);
  }

  /** Notes that the server accepts no more for now. Returns how long the route waits, in milliseconds from now. */
  limited(name: string, limit: Verdict): number {
    const now = this.options.now();
    const way = this.ways.get(name) ?? this.newWay(name, now);
    const askedMs = limit.askedWaitMs ?? null;
    // Several deliveries in work at the same time meet the same limit; it counts once.
    const isNew = way.limitsInARow === 0 || now >= way.openedAt;
    if (isNew) {
      way.limitsInARow += 1;
      const { retryDelaysMs } = this.options;
      way.shutMs = limit.stopsWay === true ? stopMs(retryDelaysMs) : limitWaitMs(way.limitsInARow, askedMs, retryDelaysMs);
      // A stopped account says nothing about the pace.
      if (limit.stopsWay !== true) this.learn(way, limit, now);
    }
    const opensAt = Math.max(isNew ? now + way.shutMs : way.openedAt, now + (askedMs ?? 0));
    Object.assign(way, { opensAt, openedAt: opensAt, taken: 0 });
    return opensAt - now;
  }

  /** Forgets the limits of a route, because its server has changed. */
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

  /** Learns the pace that worked: the messages accepted since the route last opened, spread over that time and the wait that follows. */
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
