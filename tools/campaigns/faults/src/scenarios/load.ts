// Sends invoices on both routes while something is broken, and measures the effects.
import { type Play, seconds } from '../scenario.js';
import { type MailServer } from '@billing-mail/tools/stage';

/** Servers that take a moment for each message, so that there is always a delivery at every step. */
const UNHURRIED = { rcpt: { wait: 30, then: '250 ok' }, final: { wait: 150, then: '250 2.0.0 ok' } } as const;

export class Load {
  private constructor(
    private readonly play: Play,
    readonly teams: readonly string[],
    private readonly servers: readonly MailServer[],
  ) {}

  static async on(play: Play): Promise<Load> {
    const own = play.stage.takeServer();
    const { platform } = play.stage;
    for (const server of [own, platform]) server.behave(UNHURRIED);
    return new Load(play, [await play.team({ server: own }), await play.team()], [own, platform]);
  }

  /** Publishes `count` invoices, half of them on each route. */
  async publish(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, index) => this.play.publish(this.teams[index % 2] ?? '')));
  }

  /** Posts `count` invoices over HTTP, one after the other. Resolves with the longest response time in milliseconds. */
  async post(count: number): Promise<number> {
    let longest = 0;
    for (let index = 0; index < count; index += 1) {
      const since = performance.now();
      await this.play.post(this.teams[index % 2] ?? '');
      longest = Math.max(longest, performance.now() - since);
    }
    return longest;
  }

  /** Waits until everything published is a row in PostgreSQL. */
  async takenIn(): Promise<void> {
    await this.play.awaits('taken in', async () => (await this.play.stage.invoicing.waitingJobs()) === 0);
  }

  /** Waits until `count` messages have gone out. */
  async sent(count: number): Promise<void> {
    const out = (): number => this.servers.reduce((sum, { messages }) => sum + messages.length, 0);
    await this.play.awaits(`${count} sent`, () => out() >= count);
  }

  /** After the fault: checks that the queue works again and that everything is settled in time. */
  async recover(): Promise<string> {
    const since = Date.now();
    await this.publish(4);
    await this.play.untilSettled();
    const ms = Date.now() - since;
    for (const server of this.servers) server.behave();
    const { accepted, failed, uncertain, doubtfulCopies } = (await this.play.judgement()).totals;
    this.play.expect(failed === 0, `${failed} recipients failed although every server works`);
    return `${accepted} accepted, ${uncertain} uncertain, ${doubtfulCopies} second copies after a doubt; all settled ${seconds(ms)} after the fault`;
  }
}
