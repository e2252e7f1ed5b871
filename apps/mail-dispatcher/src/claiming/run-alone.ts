// Composes and writes a suspect whose rehearsals have passed. Meanwhile this process composes and writes no other delivery, so that only
// the suspect can cause a crash.
import { Injectable } from '@nestjs/common';
import { type LookedAfter } from '../records/rows.js';
import { DangerousSteps } from '../trying/dangerous-steps.js';
import { type PreparedMessage } from '../trying/messages.js';
import { ClaimsStore } from './claims.store.js';

/**
 * Composing and writing are each noted before they begin and after they end. The delivery waits for the server between the two: a process
 * that dies during such a wait was killed by something else.
 */
@Injectable()
export class RunAlone {
  constructor(
    private readonly steps: DangerousSteps,
    private readonly claims: ClaimsStore,
  ) {}

  async prepare(delivery: LookedAfter, compose: () => Promise<PreparedMessage>): Promise<PreparedMessage> {
    const end = await this.begin(delivery);
    try {
      const message = await compose();
      return { ...message, body: () => this.write(delivery, message.body) };
    } finally {
      await end('survived');
    }
  }

  private async *write(delivery: LookedAfter, body: PreparedMessage['body']): AsyncGenerator<Uint8Array> {
    const end = await this.begin(delivery);
    let outcome: 'survived' | 'innocent' = 'survived';
    try {
      if (Buffer.isBuffer(body)) yield body;
      else yield* body();
      outcome = 'innocent';
    } finally {
      await end(outcome);
    }
  }

  private async begin(delivery: LookedAfter): Promise<(outcome: 'survived' | 'innocent') => Promise<void>> {
    const leave = await this.steps.beAlone();
    try {
      if (!(await this.claims.beginAlone(delivery))) throw new Error('The claim is lost.');
    } catch (error) {
      leave();
      throw error;
    }
    return (outcome) => this.claims.endAlone(delivery, outcome).finally(leave);
  }
}
