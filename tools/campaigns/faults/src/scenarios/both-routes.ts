// Brings one invoice on each route, at the same time, to a certain step and holds them there.
import { type DispatchJobInput } from '@billing-mail/contracts';
import { type SmtpScript } from '@billing-mail/testkit';
import { type Play } from '../scenario.js';
import { type MailServer, type ServiceProcess } from '@billing-mail/tools/stage';

export class BothRoutes {
  private constructor(
    private readonly play: Play,
    readonly servers: readonly MailServer[],
    readonly teams: readonly string[],
    readonly keys: string[] = [],
  ) {}

  /** Sets up a team with its own server and one on the platform. */
  static async of(play: Play): Promise<BothRoutes> {
    const own = play.stage.takeServer();
    const { platform } = play.stage;
    for (const server of [own, platform]) server.behave();
    return new BothRoutes(play, [own, platform], [await play.team({ server: own }), await play.team()]);
  }

  /** Publishes the given number of invoices on each route. */
  async publish(
    changes: Partial<DispatchJobInput> & { bytes?: number } = {},
    counts: readonly [own: number, platform: number] = [1, 1],
  ): Promise<void> {
    const teams = this.teams.flatMap((teamId, route) => Array.from({ length: counts[route] ?? 0 }, () => teamId));
    this.keys.push(...(await Promise.all(teams.map((teamId) => this.play.publish(teamId, changes)))));
  }

  behave(script?: SmtpScript): void {
    for (const server of this.servers) server.behave(script);
  }

  /** Calls `act` when a server has a message in its ledger and has not answered yet. */
  onTaken(act: () => Promise<void> | void): void {
    for (const server of this.servers) server.onTaken = act;
  }

  /** Adds up a figure of both servers. */
  sum(ofServer: (server: MailServer) => number): number {
    return this.servers.reduce((sum, server) => sum + ofServer(server), 0);
  }

  isSo(ofServer: (server: MailServer) => boolean): boolean {
    return this.servers.every(ofServer);
  }

  async areClaimed(): Promise<boolean> {
    const holders = await Promise.all(this.keys.map((key) => this.play.stage.holderOf(key)));
    return holders.every((holder) => holder !== null);
  }

  /** Returns the dispatchers that hold one of the invoices now. */
  async holders(): Promise<ServiceProcess[]> {
    const holders = await Promise.all(this.keys.map((key) => this.play.stage.holderOf(key)));
    return [...new Set(holders.filter((holder) => holder !== null))];
  }

  /** Returns the number of tries for which only the release of their end of data is committed. */
  async releasedTries(): Promise<number> {
    const { count } = await this.play.stage.database.one<{ count: number }>(
      `SELECT count(*)::int AS count FROM dispatch.attempts a JOIN dispatch.deliveries d ON d.id = a.delivery_id
       WHERE d.key = ANY($1) AND a.outcome IS NULL AND cardinality(a.released) > 0`,
      [this.keys],
    );
    return count;
  }

  /** Describes how it ended. A delivery that ended otherwise than `expected` is a miss. */
  async outcome(expected: {
    status: readonly string[];
    copies: readonly number[];
    tries?: readonly number[];
    doubts?: readonly number[];
  }): Promise<string> {
    const deliveries = await this.play.deliveries();
    const { entries } = this.play.stage.ledger;
    const words = deliveries.map(({ key, status, attempts, messageIds, recipients }) => {
      const copies = entries.filter((entry) => messageIds.includes(entry.messageId)).length;
      this.play.expect(expected.status.includes(status), `${key} is ${status}, not ${expected.status.join(' or ')}`);
      this.play.expect(expected.copies.includes(copies), `${key} went out ${copies} times, not ${expected.copies.join(' or ')}`);
      const { tries = [], doubts: allowed = [] } = expected;
      this.play.expect(
        tries.length === 0 || tries.includes(attempts.length),
        `${key} took ${attempts.length} tries, not ${tries.join(' or ')}`,
      );
      const doubts = recipients.reduce((sum, { uncertainEnds }) => Math.max(sum, uncertainEnds), 0);
      this.play.expect(allowed.length === 0 || allowed.includes(doubts), `${key} has ${doubts} doubts, not ${allowed.join(' or ')}`);
      return `${status}, ${attempts.length} tries, ${copies} copies, ${doubts} doubts`;
    });
    const same = (word: string): number => words.filter((other) => other === word).length;
    return [...new Set(words)].map((word) => `${same(word)} × ${word}`).join(' | ');
  }
}

/** Returns a function that makes its callers wait until `count` of them have come and `act` is done. */
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
