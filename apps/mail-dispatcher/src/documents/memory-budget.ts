/**
 * Bytes of messages and documents that may be in memory at a time, whoever holds them. What is larger than all of it passes alone, so that
 * nothing waits for ever.
 */
export class MemoryBudget {
  private used = 0;
  private readonly waiting: { bytes: number; grant: () => void }[] = [];

  constructor(private readonly limitBytes: number) {}

  /** Whether somebody waits for memory. */
  get isTight(): boolean {
    return this.waiting.length > 0;
  }

  /** Waits its turn for so many bytes; returns how to give them back, once. */
  async take(bytes: number): Promise<() => void> {
    if (this.waiting.length > 0 || !this.hasRoom(bytes)) await new Promise<void>((grant) => this.waiting.push({ bytes, grant }));
    else this.used += bytes;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.used -= bytes;
      this.serve();
    };
  }

  private serve(): void {
    for (let next = this.waiting[0]; next !== undefined && this.hasRoom(next.bytes); next = this.waiting[0]) {
      this.waiting.shift();
      this.used += next.bytes;
      next.grant();
    }
  }

  private hasRoom(bytes: number): boolean {
    return this.used === 0 || this.used + bytes <= this.limitBytes;
  }
}
