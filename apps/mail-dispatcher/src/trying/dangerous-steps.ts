// Which deliveries are composed and written in this process: all at once, except one that may have killed a process, which runs alone.
import { Injectable } from '@nestjs/common';

@Injectable()
export class DangerousSteps {
  private readonly inside = new Set<string>();
  /** Ends with the last of those who are alone or wait to be. */
  private turns: Promise<void> | null = null;
  private onEmpty: () => void = () => undefined;

  /** Begins the steps of a delivery: at once (`null`), or when nobody is alone any more. */
  enter(id: string): Promise<void> | null {
    if (this.turns !== null) return this.turns.then(() => this.enter(id) ?? undefined);
    this.inside.add(id);
    return null;
  }

  /** Does them, beside others. */
  async among<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = this.enter(id);
    if (turn !== null) await turn;
    return work().finally(() => this.leave(id));
  }

  /** They are over; more than once does no harm. */
  leave(id: string): void {
    if (this.inside.delete(id) && this.inside.size === 0) this.onEmpty();
  }

  /** A turn alone, once those inside are out; who comes meanwhile waits. Returns what ends it. */
  async beAlone(): Promise<() => void> {
    const before = this.turns;
    let end = (): void => undefined;
    const own = new Promise<void>((resolve) => (end = resolve)).then(() => {
      if (this.turns === own) this.turns = null;
    });
    this.turns = own;
    await before;
    if (this.inside.size > 0) await new Promise<void>((resolve) => (this.onEmpty = resolve));
    return end;
  }
}
