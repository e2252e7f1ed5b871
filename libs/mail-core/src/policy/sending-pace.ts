// Tells how much more a server accepts from one account now and when it accepts what waits, by counting what was sent against the limits of
// the account.
import { type SendingLimits } from '@billing-mail/contracts';

/** The windows over which the limits count, in milliseconds. Tests shorten them. */
export type PaceWindows = { minuteMs: number; dayMs: number };
export const REAL_WINDOWS: PaceWindows = { minuteMs: 60_000, dayMs: 24 * 3_600_000 };

/** What an account sent within one part of the time. `at` is the latest moment at which it may have been sent, on the caller's clock. */
export type Sent = { at: number; messages: number; recipients: number };
/** The same as it is stored for other processes: `agoMs` says how long ago it was at least. */
export type SentBefore = Size & { agoMs: number };
/** How much something that is sent counts against the limits. */
export type Size = { messages: number; recipients: number };
/** The same for something that waits and may not go out before `dueInMs`, in milliseconds from now. */
type Waiting = Size & { dueInMs?: number };
/** What an account has sent and is sending. */
type Counts = {
  /** When the messages that still count for the minute ended, oldest first, one entry for each message. */
  left: number[];
  day: Sent[];
  /** When the newest entry of `day` began. */
  beganAt: number | null;
  readonly underWay: Size & { sendings: number };
};

/**
 * A message counts from before its sending begins until a whole window after its end. So the server never sees more than the limit in any
 * window, whenever in between it counts the message. All times are milliseconds of one monotonic clock.
 */
export class SendingPace {
  private readonly counts: Counts;

  /** @param other pace of the same account with other limits; what either of them sends counts for both */
  constructor(
    readonly limits: SendingLimits,
    private readonly windows: PaceWindows,
    other?: SendingPace,
  ) {
    this.counts = other?.counts ?? { left: [], day: [], beganAt: null, underWay: { sendings: 0, messages: 0, recipients: 0 } };
  }

  /** Returns how many messages may be under way now, including those that already are. */
  roomAt(now: number): number {
    this.forgetBefore(now);
    const { connections = Infinity, messagesPerMinute = Infinity, recipientsPerDay = Infinity } = this.limits;
    const isDayFull = this.recipientsOfDay() >= recipientsPerDay;
    return isDayFull ? this.counts.underWay.sendings : Math.max(0, Math.min(connections, messagesPerMinute - this.counts.left.length));
  }

  /** Returns how long a message of this size has to wait, in milliseconds; 0 if it may go now. */
  waitMs(size: Size, now: number): number {
    return this.plan([size], now)[0] ?? 0;
  }

  hasConnection(): boolean {
    return this.counts.underWay.sendings < (this.limits.connections ?? Infinity);
  }

  begin({ messages, recipients }: Size): void {
    this.counts.underWay.sendings += 1;
    this.counts.underWay.messages += messages;
    this.counts.underWay.recipients += recipients;
  }

  end({ messages, recipients }: Size, now: number): void {
    this.counts.underWay.sendings -= 1;
    this.counts.underWay.messages -= messages;
    this.counts.underWay.recipients -= recipients;
    this.noteSent([{ at: now, messages, recipients }]);
  }

  /** Counts what was sent, oldest first. */
  noteSent(sent: readonly Sent[]): void {
    for (const one of sent) {
      for (let left = one.messages; left > 0; left -= 1) this.counts.left.push(one.at);
      const last = this.counts.day.at(-1);
      // One entry covers up to a minute, so that a day has few entries. An entry counts until its last message is a day old.
      if (last !== undefined && this.counts.beganAt !== null && one.at - this.counts.beganAt < this.windows.minuteMs) {
        last.at = Math.max(last.at, one.at);
        last.recipients += one.recipients;
      } else {
        this.counts.day.push({ ...one });
        this.counts.beganAt = one.at;
      }
    }
  }

  /** Forgets what was sent. What is under way still counts. */
  forgetSent(): void {
    Object.assign(this.counts, { left: [], day: [], beganAt: null } satisfies Partial<Counts>);
  }

  /** Counts what others began to send, oldest first. Each sending may have gone on for `latelyMs`, so it counts from that end. */
  noteBefore(sent: readonly SentBefore[], now: number, latelyMs = 0): void {
    this.noteSent(
      sent.map(({ agoMs, messages, recipients }) => {
        const endedAgoMs = Math.max(0, agoMs - latelyMs);
        return { at: now - endedAgoMs, messages: endedAgoMs < this.windows.minuteMs ? messages : 0, recipients };
      }),
    );
  }

  /** Returns how long each of these has to wait from now, in milliseconds, if they go out in this order and each as soon as it may. */
  plan(waiting: readonly Waiting[], now: number): number[] {
    const waitOf = this.planner(now);
    return waiting.map((size) => waitOf(size));
  }

  /** Returns a function that does the same for one after the other, for callers that have very many. */
  planner(now: number): (next: Waiting) => number {
    this.forgetBefore(now);
    const { minuteMs, dayMs } = this.windows;
    const { messagesPerMinute, recipientsPerDay } = this.limits;
    const places = [...this.counts.left, ...Array.from({ length: this.counts.underWay.messages }, () => now)].map((at) => at + minuteMs);
    const day = [...this.counts.day, { at: now, recipients: this.counts.underWay.recipients }].map(({ at, recipients }) => ({
      at: at + dayMs,
      recipients,
    }));
    let recipientsOfDay = day.reduce((sum, { recipients }) => sum + recipients, 0);
    let [place, piece, at] = [0, 0, now];
    return (size) => {
      at = Math.max(at, now + (size.dueInMs ?? 0));
      // A sending that is larger than the limit goes out when nothing else counts any more.
      const messages = Math.min(size.messages, messagesPerMinute ?? Infinity);
      while (messagesPerMinute !== undefined && places.length - place + messages > messagesPerMinute)
        at = Math.max(at, places[place++] ?? at);
      while (recipientsPerDay !== undefined && recipientsOfDay > 0 && recipientsOfDay + size.recipients > recipientsPerDay) {
        const over = day[piece++];
        recipientsOfDay -= over?.recipients ?? recipientsOfDay;
        at = Math.max(at, over?.at ?? at);
      }
      if (messagesPerMinute !== undefined) for (let left = messages; left > 0; left -= 1) places.push(at + minuteMs);
      if (recipientsPerDay !== undefined) day.push({ at: at + dayMs, recipients: size.recipients });
      recipientsOfDay += size.recipients;
      return at - now;
    };
  }

  private recipientsOfDay(): number {
    return this.counts.day.reduce((sum, { recipients }) => sum + recipients, this.counts.underWay.recipients);
  }

  private forgetBefore(now: number): void {
    const { minuteMs, dayMs } = this.windows;
    const isPast = this.counts.left.findIndex((at) => at + minuteMs > now);
    if (isPast !== 0) this.counts.left = isPast < 0 ? [] : this.counts.left.slice(isPast);
    while (this.counts.day[0] !== undefined && this.counts.day[0].at + dayMs <= now) this.counts.day.shift();
    if (this.counts.day.length === 0) this.counts.beganAt = null;
  }
}
