// Composing and writing a message can kill the process. Deliveries are composed and written side by side, except one that may have killed a
// process before: that one runs alone.
import { Injectable } from '@nestjs/common';

@Injectable()
export class DangerousSteps {
  private readonly inside = new Set<string>();
  /** Resolves once no delivery runs alone or waits to run alone; `null` if none does. */
  private turns: Promise<void> | null = null;
  private onEmpty: () => void = () => undefined;

  /** Enters at once (returns `null`), or once no delivery runs alone any more. */
  enter(id: string): Promise<void> | null {
    if (this.turns !== null) return this.turns.then(() => this.enter(id) ?? undefined);
    this.inside.add(id);
    return null;
  }

  /** Runs `work` side by side with other deliveries. */
  async among<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = this.enter(id);
    if (turn !== null) await turn;
    return work().finally(() => this.leave(id));
  }

  /** Ends what `enter` began. May be called more than once. */
  leave(id: string): void {
    if (this.inside.delete(id) && this.inside.size === 0) this.onEmpty();
  }

  /** Waits until all other deliveries have left; those that come later wait. Returns the function that lets them continue. */
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
