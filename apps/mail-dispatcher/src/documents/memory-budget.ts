/**
 * Limits the bytes of messages and documents in memory at a time. A request for more than the limit is granted when nothing else is in use,
 * so that nothing waits forever.
 */
export class MemoryBudget {
  private used = 0;
  private readonly waiting: { bytes: number; grant: () => void }[] = [];

  constructor(private readonly limitBytes: number) {}

  /** Waits until that many bytes may be used. Returns the function that releases them, which may be called more than once. */
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
