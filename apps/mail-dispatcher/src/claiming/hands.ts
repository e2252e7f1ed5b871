// The hands (worker slots) of a process: how many deliveries it works on at a time, in total and in each lane, and which lane gets the next free one.
import { routeOf, wayOf } from '../records/lanes.js';
import { type Turn } from '../trying/turn.js';
import { Places } from './places.js';

export type Hand = Turn & {
  /** The delivery turned out to be in this lane. */
  moveTo: (lane: string) => void;
  /** Done, or not needed after all. Once. */
  free: () => void;
};

export type HandsOptions = {
  /** Hands in all. */
  count: number;
  /** How many of them may talk to a server at a time; the others get ready, so that a server far away never waits for us. */
  places: number;
  /** Most of them at a team's own server, which counts connections. */
  customRoom: number;
  /** Lanes whose server fails: one hand at a time. */
  isFailing: (lane: string) => boolean;
  /** What a limit of the server's lets start now, and be busy at a time, on a way; `null` where none is known. */
  startsNow: (way: string) => { starts: number; room: number } | null;
  /** Told of each hand that begins with a delivery of the lane. */
  started: (lane: string) => void;
};

type Waiting = { lane: string; grant: (hand: Hand | null) => void };

/** A wait in vain says that its hands are stuck; the next ones of the lane need not find that out again. */
const ANY_LANE = '';

/**
 * Gives out hands; while all are busy the lanes that wait take turns. What the platform's server is given by one team can be all hands: a hand
 * that is free before long is worth more than one that is kept free.
 */
export class Hands {
  private readonly busy = new Map<string, number>();
  private readonly busyOnWay = new Map<string, number>();
  private readonly stuck = new Set<string>();
  private waiting: Waiting[] = [];
  private readonly places: Places;
  private used = 0;

  constructor(private readonly options: HandsOptions) {
    this.places = new Places(options.places);
  }

  get freeCount(): number {
    return this.options.count - this.used;
  }

  /** What is left in the lanes that have some in hand. */
  left(): Map<string, number> {
    return new Map([...this.busy.keys()].map((lane) => [lane, this.roomLeft(lane)]));
  }

  /** What is left in a lane, also in one that has none in hand. */
  roomLeft(lane: string): number {
    const left = this.roomOf(lane) - (this.busy.get(lane) ?? 0);
    const way = wayOf(lane);
    const paced = this.options.startsNow(way);
    return paced === null ? left : Math.min(left, paced.starts, paced.room - (this.busyOnWay.get(way) ?? 0));
  }

  /** A hand for a delivery of this lane at once, or `null`. */
  take(lane: string): Hand | null {
    if (this.freeCount <= 0 || this.roomLeft(lane) <= 0) return null;
    this.stuck.delete(lane);
    return this.give(lane);
  }

  /** A hand that may be used for any lane. */
  takeAny(): Hand | null {
    return this.freeCount <= 0 ? null : this.give(ANY_LANE);
  }

  /** The same once one is free; `null` after `withinMs`, or at once in a lane where others waited in vain. */
  async waitFor(lane: string, withinMs: number): Promise<Hand | null> {
    const hand = this.waits(lane) ? null : this.take(lane);
    if (hand !== null || this.stuck.has(lane)) return hand;
    return new Promise((resolve) => {
      const waiting: Waiting = { lane, grant: (granted) => (clearTimeout(timer), resolve(granted)) };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== waiting);
        this.stuck.add(lane);
        resolve(null);
      }, withinMs);
      timer.unref();
      this.waiting.push(waiting);
    });
  }

  /** A hand for any lane, in turn with the lanes that wait. */
  waitForAny(): Promise<Hand> {
    const hand = this.takeAny();
    if (hand !== null) return Promise.resolve(hand);
    return new Promise((resolve) => this.waiting.push({ lane: ANY_LANE, grant: (granted) => resolve(granted as Hand) }));
  }

  private waits(lane: string): boolean {
    return this.waiting.some((waiting) => waiting.lane === lane);
  }

  private give(lane: string): Hand {
    this.used += 1;
    this.begin(lane);
    let at = lane;
    let wasRestrained = this.isRestrained(lane);
    let isHeld = true;
    let hasPlace = false;
    const goInTurn = async (signal: AbortSignal): Promise<boolean> => {
      hasPlace = await this.places.waitFor(wayOf(at), signal);
      // What the others met meanwhile: it had been let through before.
      const isToGo = wasRestrained || !this.isRestrained(at);
      if (hasPlace && !isToGo) {
        hasPlace = false;
        this.places.giveBack();
      }
      return hasPlace;
    };
    return {
      gate: 'open',
      moveTo: (other) => {
        this.count(at, -1);
        this.begin(other);
        at = other;
        wasRestrained = this.isRestrained(other);
      },
      goToServer: (signal) => (hasPlace ||= this.places.take()) || goInTurn(signal),
      passOn: () => {
        const isPassedOn = hasPlace && this.places.passOn(wayOf(at));
        if (isPassedOn) hasPlace = false;
        return isPassedOn;
      },
      free: () => {
        if (!isHeld) return;
        isHeld = false;
        if (hasPlace) this.places.giveBack();
        this.used -= 1;
        this.count(at, -1);
        this.serve();
      },
    };
  }

  /** The first that has room goes, and the others of its lane go behind those of all other lanes. */
  private serve(): void {
    while (this.freeCount > 0) {
      const next = this.waiting.find(({ lane }) => lane === ANY_LANE || this.roomLeft(lane) > 0);
      if (next === undefined) return;
      const others = this.waiting.filter((waiting) => waiting !== next);
      this.waiting = [...others.filter(({ lane }) => lane !== next.lane), ...others.filter(({ lane }) => lane === next.lane)];
      this.stuck.delete(next.lane);
      next.grant(this.give(next.lane));
    }
  }

  private isRestrained(lane: string): boolean {
    return this.options.isFailing(lane) || this.options.startsNow(wayOf(lane)) !== null;
  }

  private begin(lane: string): void {
    this.count(lane, 1);
    if (lane !== ANY_LANE) this.options.started(lane);
  }

  private roomOf(lane: string): number {
    if (this.options.isFailing(lane)) return 1;
    return routeOf(lane) === 'platform' ? this.options.count : this.options.customRoom;
  }

  private count(lane: string, by: number): void {
    if (lane === ANY_LANE) return;
    add(this.busy, lane, by);
    add(this.busyOnWay, wayOf(lane), by);
  }
}

function add(counts: Map<string, number>, name: string, by: number): void {
  const now = (counts.get(name) ?? 0) + by;
  if (now === 0) counts.delete(name);
  else counts.set(name, now);
}
