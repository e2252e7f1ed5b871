// A delivery that was in hand when several workers died is only a suspect. Before anything is concluded about it, a separate process
// composes it by itself.
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { REHEARSALS_ALLOWED } from '@billing-mail/mail-core';
import { type Logger } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { type LookedAfter } from '../records/rows.js';
import { ClaimsStore } from './claims.store.js';
import { BEAT_MS, type RehearsalSetup, type RehearsalTask, type RehearsalWord } from './rehearsal-words.js';

/** The compiled program, also when tests run from the sources. */
const PROGRAM = path.resolve(__dirname, '..', '..', 'dist', 'claiming', 'rehearsal.program.js');
/**
 * How long the process is kept after a rehearsal. Starting it takes a third of a second, so deliveries that were in hand together share
 * one.
 */
const KEPT_OPEN_MS = 10_000;
/** Missed beats after which the process is presumed stuck. A process that waits for a slow document store still beats. */
const SILENT_BEATS = 60;

@Injectable()
export class Rehearsal implements OnApplicationShutdown {
  private stage: Stage | null = null;
  private turn: Promise<unknown> = Promise.resolve();
  private closing: NodeJS.Timeout | undefined;
  private hasEnded = false;

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly claims: ClaimsStore,
  ) {}

  onApplicationShutdown(): void {
    this.hasEnded = true;
    clearTimeout(this.closing);
    this.stage?.close();
  }

  /**
   * Returns whether the delivery can be composed without killing the process. Runs one rehearsal at a time, so that a death has one
   * possible cause. Throws if the rehearsal could not be carried out, or if the claim is lost.
   */
  async survives(delivery: LookedAfter, signal: AbortSignal): Promise<boolean> {
    const before = this.turn;
    const own = before.then(() => this.perform(delivery, signal));
    this.turn = own.catch(() => undefined);
    return own;
  }

  private async perform(delivery: LookedAfter, signal: AbortSignal): Promise<boolean> {
    clearTimeout(this.closing);
    try {
      for (;;) {
        const stage = await this.openStage();
        signal.throwIfAborted();
        // Noted only after the process has started: if that fails, it is not the delivery's fault.
        const begun = await this.claims.beginRehearsal(delivery);
        if (begun === null) throw new Error('The claim is lost.');
        if (begun > REHEARSALS_ALLOWED) return false;
        if (await stage.play({ delivery, route: delivery.route })) {
          await this.claims.endRehearsal(delivery);
          return true;
        }
        this.logger.error({ deliveryId: delivery.id, step: 'rehearsal', begun }, 'composing this delivery killed the process that did it');
      }
    } finally {
      this.closing = setTimeout(() => this.stage?.close(), KEPT_OPEN_MS);
      this.closing.unref();
    }
  }

  private async openStage(): Promise<Stage> {
    if (this.hasEnded) throw new Error('The dispatcher is shutting down.');
    if (this.stage?.isOpen !== true) this.stage = await Stage.open(this.env);
    return this.stage;
  }
}

/** The process in which rehearsals run, until one of them kills it. */
class Stage {
  private tell: (word: RehearsalWord | 'died') => void = () => undefined;
  private silentBeats = 0;
  isOpen = true;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (word: RehearsalWord) => {
      this.silentBeats = 0;
      if (word !== 'beat') this.tell(word);
    });
    for (const end of ['exit', 'error']) child.once(end, () => this.end());
  }

  static async open(env: DispatcherEnv): Promise<Stage> {
    const { DOCUMENT_STORE_URL, DISPATCH_MEMORY, SMIME_P12_FILE, SMIME_P12_PASSPHRASE, PLATFORM_FROM_ADDRESS } = env;
    const setup = { DOCUMENT_STORE_URL, DISPATCH_MEMORY, SMIME_P12_FILE, SMIME_P12_PASSPHRASE, PLATFORM_FROM_ADDRESS };
    // The child inherits the Node.js options of this process, and writes the cause of its death to the same standard error.
    const stage = new Stage(fork(PROGRAM, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
    if ((await stage.ask(setup)) !== 'ready') throw new Error('The rehearsal process did not start.');
    return stage;
  }

  /** Returns whether the process survived the rehearsal. */
  async play(task: RehearsalTask): Promise<boolean> {
    return (await this.ask(task)) === 'done';
  }

  close(): void {
    this.isOpen = false;
    this.child.kill('SIGKILL');
  }

  private end(): void {
    this.isOpen = false;
    this.tell('died');
  }

  /**
   * Returns the answer of the process, or `died` if it ended or is stuck. Counts missed beats instead of measuring time, because the time
   * that a machine was asleep proves nothing.
   */
  private async ask(message: RehearsalSetup | RehearsalTask): Promise<RehearsalWord | 'died'> {
    this.silentBeats = 0;
    const watch = setInterval(() => {
      this.silentBeats += 1;
      if (this.silentBeats > SILENT_BEATS) this.close();
    }, BEAT_MS);
    try {
      return await new Promise((resolve) => {
        this.tell = resolve;
        this.child.send(message, (error) => error && resolve('died'));
      });
    } finally {
      clearInterval(watch);
    }
  }
}
