// The hands (worker slots) of a process: how many deliveries it works on at a time, in total and in each lane, and which lane gets the next
// free one.
import { routeOf, wayOf } from '../records/lanes.js';
import { type Turn } from '../trying/turn.js';
import { Places } from './places.js';

export type Hand = Turn & {
  /** Moves the hand to this lane, once it is known which lane the delivery is in. */
  moveTo: (lane: string) => void;
  /** Frees the hand; further calls do nothing. */
  free: () => void;
};

export type HandsOptions = {
  count: number;
  /** How many of them may talk to a server at a time. The others prepare their deliveries, so that no server waits for us. */
  places: number;
  /** The most hands for the own server of one team, because such servers limit connections. */
  customRoom: number;
  /** Whether the server of the lane fails; such a lane has one hand at a time. */
  isFailing: (lane: string) => boolean;
  /** How many deliveries may start now (`starts`) and be in work at a time (`room`), given the server's limits; `null` if none is known. */
  startsNow: (way: string) => { starts: number; room: number } | null;
  /** Called when a hand begins with a delivery of the lane. */
  started: (lane: string) => void;
};

type Waiting = { lane: string; grant: (hand: Hand | null) => void };

/** Stands for the lane of a hand that belongs to no lane yet. */
const ANY_LANE = '';

/**
 * Gives out hands. While all are busy, the waiting lanes take turns. One team may use all hands for the platform's server: they are soon
 * free again, so keeping some in reserve would only waste them.
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

  /** How many more deliveries may start in each lane that has some in hand. */
  left(): Map<string, number> {
    return new Map([...this.busy.keys()].map((lane) => [lane, this.roomLeft(lane)]));
  }

  /** How many more deliveries may start in a lane. */
  roomLeft(lane: string): number {
    const left = this.roomOf(lane) - (this.busy.get(lane) ?? 0);
    const way = wayOf(lane);
    const paced = this.options.startsNow(way);
    return paced === null ? left : Math.min(left, paced.starts, paced.room - (this.busyOnWay.get(way) ?? 0));
  }

  /** Takes a hand for a delivery of this lane. Returns `null` if none is free for it. */
  take(lane: string): Hand | null {
    if (this.freeCount <= 0 || this.roomLeft(lane) <= 0) return null;
    this.stuck.delete(lane);
    return this.give(lane);
  }

  /** Takes a hand for any lane. Returns `null` if none is free. */
  takeAny(): Hand | null {
    return this.freeCount <= 0 ? null : this.give(ANY_LANE);
  }

  /**
   * Waits for a hand. Returns `null` after `withinMs`, or at once if an earlier delivery of this lane has waited in vain and the lane has
   * got no hand since.
   */
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

  /** Waits for a hand for any lane, in turn with the lanes that wait. */
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
      // While this delivery waited for a place, others may have found the lane failing or limited. A delivery that was started as a probe
      // goes all the same.
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

  /** Gives free hands to the first waiting lane with room, and moves the others of that lane to the end of the queue. */
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
