// Serves all open streams of this process. It polls the table to wake them, so it does not matter which process wrote a notification.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Caller, type Logger, PollLoop, ProblemException, SharedSlots, Turns } from '@billing-mail/platform';
import type { Response } from 'express';
import { DataSource } from 'typeorm';
import { LOGGER } from '../notification.tokens.js';
import { openStreams } from '../notification.metrics.js';
import { EventStream } from './event-stream.js';
import { InboxStore, type Reader } from './inbox.store.js';

type Listener = { caller: Caller; stream: EventStream };
type Placement = { teamId: string; userId: string | null; position: string };

// While somebody listens, each process runs one indexed query in this time. LISTEN/NOTIFY or Redis would be more to operate, and would need
// the same query after a lost connection.
const LOOK_EVERY_MS = 300;
const LOOK_AT_MOST = 1000;
/** How long the end of the process waits for a query that is running. */
const LOOK_ENDS_MS = 5000;
const HEARTBEAT_MS = 15_000;
const DRAIN_MS = 30_000;

@Injectable()
export class StreamsService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly listeners = new Set<Listener>();
  /**
   * Lets streams read one after the other. Many streams that begin at the start of a long inbox would take all connections to PostgreSQL
   * and word their notifications at once: 200 of them delayed requests and outcomes by more than five seconds, and the process by two.
   */
  private readonly reading = new Turns();
  /** The position up to which all streams were woken. `null` at first and after a failed query; then all streams are woken. */
  private position: number | null = null;
  private readonly watching = new PollLoop({
    look: () => this.wakeForNews(),
    everyMs: LOOK_EVERY_MS,
    onError: (error) => {
      this.position = null;
      this.logger.warn({ err: error, step: 'stream' }, 'can not look for new notifications; streams wait');
    },
  });

  constructor(
    private readonly database: DataSource,
    private readonly inbox: InboxStore,
    private readonly slots: SharedSlots,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Opens a stream that continues after `lastSeen`, or begins with what is new from now on.
   * @throws ProblemException 429 if the user has too many streams, 503 while the service ends
   */
  async open(reader: Reader, response: Response, options: { lastSeen: number | null; expiresAt: Date | null }): Promise<void> {
    const { caller } = reader;
    const release = await this.slots.take('open-streams', caller.userId, 'You have as many streams open as you may. Close one first.');
    response.once('close', release);
    if (response.closed) release();
    const now = await this.readClock();
    if (this.watching.signal.aborted) throw new ProblemException(503, 'ending', 'The service restarts. Connect again.');
    if (response.destroyed) return;
    const stream = new EventStream({
      response,
      // A position beyond the latest one comes from a database that has been replaced since.
      position: Math.min(options.lastSeen ?? now, now),
      readAfter: (position, limit) => this.reading.take(caller.userId, () => this.inbox.after(reader, position, limit)),
      expiresAt: options.expiresAt,
      heartbeatMs: HEARTBEAT_MS,
      drainMs: DRAIN_MS,
    });
    this.add({ caller, stream });
  }

  onApplicationBootstrap(): void {
    this.watching.start();
  }

  /** Ends all streams; the clients reconnect to another process. */
  async onModuleDestroy(): Promise<void> {
    const stopped = this.watching.stop(LOOK_ENDS_MS);
    for (const { stream } of this.listeners) stream.end();
    await stopped;
  }

  private add(listener: Listener): void {
    this.listeners.add(listener);
    openStreams.inc();
    void listener.stream.ended.then(() => {
      this.listeners.delete(listener);
      openStreams.dec();
    });
    listener.stream.wake();
  }

  private async wakeForNews(): Promise<void> {
    if (this.listeners.size === 0) this.position = null;
    else this.position = this.position === null ? await this.wakeAll() : await this.wakeConcerned(this.position);
  }

  private async wakeAll(): Promise<number> {
    const position = await this.readClock();
    for (const { stream } of this.listeners) stream.wake();
    return position;
  }

  private async wakeConcerned(position: number): Promise<number> {
    const placements = await this.database.query<Placement[]>(
      `SELECT team_id AS "teamId", user_id AS "userId", position FROM notify.notifications
       WHERE position > $1 ORDER BY position LIMIT $2`,
      [position, LOOK_AT_MOST],
    );
    for (const { caller, stream } of this.listeners) {
      if (placements.some((placement) => concerns(placement, caller))) stream.wake();
    }
    return Number(placements.at(-1)?.position ?? position);
  }

  private async readClock(): Promise<number> {
    const [row] = await this.database.query<{ position: string }[]>('SELECT position FROM notify.stream_clock');
    return Number(row?.position ?? 0);
  }
}

/** A notification without a team concerns its addressee in any team. */
function concerns({ teamId, userId }: Placement, caller: Caller): boolean {
  return (teamId === '' || caller.mayRead(teamId)) && (userId ?? caller.userId) === caller.userId;
}
