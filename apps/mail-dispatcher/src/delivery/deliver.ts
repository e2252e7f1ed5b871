// The use case: takes a claimed delivery one step on. Reads as a list of steps; each either goes on or says why it can't.
import { Inject, Injectable } from '@nestjs/common';
import { type Route, type TeamMailSettings } from '@billing-mail/contracts';
import { CRASHES_ALLOWED, postponeDelayMs, type RecipientResult, type Verdict } from '@billing-mail/mail-core';
import { CredentialBox, type Logger } from '@billing-mail/platform';
import { serverLabel, type SessionOptions, type SmtpServer } from '@billing-mail/smtp-client';
import { Composer } from '../composing/composer.js';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { DOCUMENT_STORE, EXTRA_AUTHORITIES, LOGGER, PLATFORM_SERVER, SMTP_SESSION } from '../dispatcher.tokens.js';
import { type DocumentStore } from '../gathering/document-store.js';
import { SettingsClient } from '../gathering/settings.client.js';
import { SigningKey } from '../gathering/signing-key.js';
import { handIn, type HandedIn } from '../transport/hand-in.js';
import { customServerOf, serverFingerprint } from '../transport/server-for-route.js';
import { Bookkeeping } from './bookkeeping.js';
import { ClaimsStore } from './claims.store.js';
import { CompositionStore } from './composition.store.js';
import { type ClaimedDelivery, type ComposedMessage, type Look } from './delivery-row.js';
import { draftFor, envelopeFrom, fixLook } from './fix-look.js';
import { LaneHealth, laneOf } from './lane-health.js';
import { TriesStore } from './tries.store.js';

/** What a step on a delivery came to, for the log and the metrics. */
export type StepResult =
  | { kind: 'recorded'; next: 'wait' | 'fall_back' | 'settled'; status?: string }
  | { kind: 'postponed'; reason: string }
  | { kind: 'left'; reason: 'claim_lost' | 'route_changed' | 'given_up' | 'late' };

type Composed = ClaimedDelivery & { look: Look; messageId: string; composedAt: Date; route: Route };

@Injectable()
export class Deliver {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(DOCUMENT_STORE) private readonly documents: DocumentStore,
    @Inject(PLATFORM_SERVER) private readonly platformServer: SmtpServer,
    @Inject(SMTP_SESSION) private readonly session: SessionOptions,
    @Inject(EXTRA_AUTHORITIES) private readonly extraAuthorities: string | null,
    private readonly settingsClient: SettingsClient,
    private readonly signingKey: SigningKey,
    private readonly credentials: CredentialBox,
    private readonly composer: Composer,
    private readonly claims: ClaimsStore,
    private readonly compositions: CompositionStore,
    private readonly tries: TriesStore,
    private readonly bookkeeping: Bookkeeping,
    private readonly lanes: LaneHealth,
  ) {}

  /** Never rejects: a trouble of ours gives the delivery back untried. */
  async deliver(claim: ClaimedDelivery, signal: AbortSignal): Promise<StepResult> {
    try {
      return (await this.settleDeadTries(claim)) ?? (await this.tryNow(claim, signal));
    } catch (error) {
      return this.postpone(claim, error);
    }
  }

  private async tryNow(claim: ClaimedDelivery, signal: AbortSignal): Promise<StepResult> {
    if (claim.crashes >= CRASHES_ALLOWED) return this.giveUp(claim, 'too_many_crashes');
    const settings = await this.settingsClient.settingsOf(claim.teamId);
    if (settings === null) return this.giveUp(claim, 'team_unknown');
    const composed = await this.fixed(claim, settings);
    if (composed === null) return { kind: 'left', reason: 'claim_lost' };
    const server = composed.route === 'platform' ? this.platformServer : customServerOf(settings, this.credentials, this.extraAuthorities);
    if (server === null) {
      await this.tries.leaveCustomRoute(claim);
      return { kind: 'left', reason: 'route_changed' };
    }
    const message = await this.messageFor(composed);
    const attemptId = await this.tries.begin(claim, composed.route, serverLabel(server), serverFingerprint(composed.route, settings));
    if (attemptId === null) return { kind: 'left', reason: 'claim_lost' };
    const handedIn = await this.handIn(composed, server, message, attemptId, signal);
    if (handedIn.interrupted === null) this.lanes.note(laneOf(claim.teamId, composed.route), handedIn.failure);
    return this.record(composed, attemptId, handedIn, settings.fallback);
  }

  /** A worker died in a try: where it had let the end of data go nobody knows what became of it; otherwise it never was a try. */
  private async settleDeadTries(claim: ClaimedDelivery): Promise<StepResult | null> {
    for (const dead of await this.deadTries(claim)) {
      if (dead.positions.length === 0) {
        await this.tries.abandon(dead.attemptId);
        continue;
      }
      const verdict: Verdict = {
        scope: 'message',
        lasting: 'uncertain',
        stage: 'final',
        code: null,
        enhancedCode: null,
        reason: 'no_final_reply',
        reply: null,
      };
      const results: RecipientResult[] = dead.positions.map((position) => ({ position, outcome: 'uncertain', verdict }));
      const facts = {
        durationMs: dead.ageMs,
        stage: 'final',
        code: null,
        enhancedCode: null,
        reason: 'no_final_reply',
        reply: null,
        server: dead.server,
        tls: null,
      };
      const settings = dead.route === 'custom' ? await this.settingsClient.settingsOf(claim.teamId) : null;
      const handedIn: HandedIn = { results, failure: verdict, facts, interrupted: null };
      return this.record({ ...claim, route: dead.route }, dead.attemptId, handedIn, settings?.fallback ?? false);
    }
    return null;
  }

  /** Dispatchers of one machine share a journal: what the dead one had read and could not record is known, not in doubt. */
  private async deadTries(claim: ClaimedDelivery): ReturnType<TriesStore['unsettled']> {
    const dead = await this.tries.unsettled(claim);
    if (dead.every(({ positions }) => positions.length === 0)) return dead;
    await this.bookkeeping.replayJournal();
    return this.tries.unsettled(claim);
  }

  /** The delivery with its look, which the first claim fixes. `null` when the claim is lost. */
  private async fixed(claim: ClaimedDelivery, settings: TeamMailSettings): Promise<Composed | null> {
    if (isComposed(claim)) return claim;
    const fixed = fixLook(claim, await this.compositions.addressesOf(claim.id), settings, this.env.PLATFORM_FROM_ADDRESS);
    const composedAt = await this.compositions.fix(claim, fixed);
    return composedAt && { ...claim, look: fixed.look, route: fixed.route, messageId: fixed.messageId, composedAt };
  }

  /** The bytes of this route: composed once, then the same in every try. */
  private async messageFor(delivery: Composed): Promise<ComposedMessage> {
    const known = await this.compositions.messageOf(delivery.id, delivery.route);
    if (known) return known;
    const { attachments, ...content } = await this.compositions.contentOf(delivery.id);
    const draft = draftFor(delivery.route, delivery, await this.compositions.addressesOf(delivery.id), content);
    const identity = delivery.route === 'platform' ? this.signingKey.usableAt(new Date()) : null;
    const blob = await this.composer.compose({ draft, attachments, identity });
    return this.compositions.keepMessage(delivery.id, delivery.route, { ...blob, signed: identity !== null });
  }

  private async handIn(
    delivery: Composed,
    server: SmtpServer,
    message: ComposedMessage,
    attemptId: string,
    signal: AbortSignal,
  ): Promise<HandedIn> {
    const recipients = (await this.tries.recipientsOf(delivery.id)).filter(({ status }) => status === 'pending');
    return handIn({
      server,
      session: this.session,
      from: envelopeFrom(delivery.route, delivery.look),
      recipients,
      maxRecipients: this.env.SMTP_MAX_RECIPIENTS,
      message: { size: message.size, open: () => this.documents.open(message.sha256) },
      releaseEndOfData: (positions) => this.tries.releaseEndOfData(delivery, attemptId, positions),
      recordProgress: (results) => this.bookkeeping.recordProgress({ deliveryId: delivery.id, attemptId, route: delivery.route, results }),
      signal,
    });
  }

  /** After the send: only the record is retried, never the mail. */
  private async record(
    claim: ClaimedDelivery & { route: Route },
    attemptId: string,
    handedIn: HandedIn,
    fallback: boolean,
  ): Promise<StepResult> {
    const { interrupted, ...tried } = handedIn;
    const report = { deliveryId: claim.id, claimId: claim.claimId, attemptId, route: claim.route, fallback, ...tried };
    if (interrupted !== null) {
      await this.bookkeeping.interrupt(report);
      return this.postpone(claim, interrupted);
    }
    const recorded = await this.bookkeeping.record(report);
    if (recorded.kind === 'late') return { kind: 'left', reason: 'late' };
    const { next } = recorded;
    return { kind: 'recorded', next: next.kind, ...(next.kind === 'settled' ? { status: next.status } : {}) };
  }

  private async giveUp(claim: ClaimedDelivery, code: 'team_unknown' | 'too_many_crashes'): Promise<StepResult> {
    await this.tries.giveUp(claim, { code, server: null, reply: null });
    return { kind: 'left', reason: 'given_up' };
  }

  private async postpone(claim: ClaimedDelivery, cause: unknown): Promise<StepResult> {
    const reason = cause instanceof Error ? cause.name : 'unknown';
    this.logger.warn(
      { deliveryId: claim.id, teamId: claim.teamId, step: 'postponed', reason, err: cause },
      'delivery waits for a reason of ours',
    );
    try {
      await this.claims.postpone(claim, postponeDelayMs(claim.postponements, Math.random()));
    } catch (error) {
      // The lease runs out by itself; then the delivery is claimed again.
      this.logger.warn({ deliveryId: claim.id, err: error }, 'could not give the delivery back');
    }
    return { kind: 'postponed', reason };
  }
}

const isComposed = (claim: ClaimedDelivery): claim is Composed =>
  claim.look !== null && claim.messageId !== null && claim.composedAt !== null && claim.route !== null;
