// One invoice on each route at the same time, led to a step of its way and held there.
import { type DispatchJobInput } from '@billing-mail/contracts';
import { type SmtpScript } from '@billing-mail/testkit';
import { type Play } from '../scenario.js';
import { type MailServer } from '../stage/mail-server.js';
import { type ServiceProcess } from '../stage/service-process.js';

export class BothRoutes {
  private constructor(
    private readonly play: Play,
    readonly servers: readonly MailServer[],
    readonly teams: readonly string[],
    readonly keys: string[] = [],
  ) {}

  /** A team with its own server and one on the platform. */
  static async of(play: Play): Promise<BothRoutes> {
    const own = play.stage.takeServer();
    const { platform } = play.stage;
    for (const server of [own, platform]) server.behave();
    return new BothRoutes(play, [own, platform], [await play.team({ server: own }), await play.team()]);
  }

  async publish(changes: Partial<DispatchJobInput> = {}): Promise<void> {
    for (const teamId of this.teams) this.keys.push(await this.play.publish(teamId, changes));
  }

  behave(script?: SmtpScript): void {
    for (const server of this.servers) server.behave(script);
  }

  /** Called when a server has a message in its ledger and has not answered. */
  onTaken(act: () => Promise<void> | void): void {
    for (const server of this.servers) server.onTaken = act;
  }

  isSo(ofServer: (server: MailServer) => boolean): boolean {
    return this.servers.every(ofServer);
  }

  async areClaimed(): Promise<boolean> {
    const holders = await Promise.all(this.keys.map((key) => this.play.stage.holderOf(key)));
    return holders.every((holder) => holder !== null);
  }

  /** Dispatchers that hold one of the invoices now. */
  async holders(): Promise<ServiceProcess[]> {
    const holders = await Promise.all(this.keys.map((key) => this.play.stage.holderOf(key)));
    return [...new Set(holders.filter((holder) => holder !== null))];
  }

  /** Dispatchers' statements that wait for a lock. */
  async waitingStatements(): Promise<number> {
    const { count } = await this.play.stage.database.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'mail-dispatcher' AND wait_event_type = 'Lock'`,
    );
    return count;
  }

  /** How it ended on both routes, as words; a delivery that ended otherwise than `expected` is a miss. */
  async outcome(expected: { status: readonly string[]; copies: readonly number[] }): Promise<string> {
    const deliveries = await this.play.deliveries();
    const { entries } = this.play.stage.ledger;
    return deliveries
      .map(({ key, status, attempts, messageId, recipients }) => {
        const copies = entries.filter((entry) => entry.messageId === messageId).length;
        this.play.expect(expected.status.includes(status), `${key} is ${status}, not ${expected.status.join(' or ')}`);
        this.play.expect(expected.copies.includes(copies), `${key} went out ${copies} times, not ${expected.copies.join(' or ')}`);
        const doubts = recipients.reduce((sum, { uncertainEnds }) => Math.max(sum, uncertainEnds), 0);
        return `${status}, ${attempts.length} tries, ${copies} copies, ${doubts} doubts`;
      })
      .join(' | ');
  }
}

/** Holds everybody who comes until `count` have come and `act` is done. */
export function meetingOf(count: number, act: () => Promise<void>): () => Promise<void> {
  let come = 0;
  let open: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    come += 1;
    if (come === count) {
      await act();
      open();
    }
    await opened;
  };
}
