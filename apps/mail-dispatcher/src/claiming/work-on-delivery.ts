// One step of work on a delivery in hand: settles the tries that dead workers left open, fixes the look, tries once, and records what
// follows.
import { Inject, Injectable } from '@nestjs/common';
import { type FailureCode, type FailureReason } from '@billing-mail/contracts';
import {
  CRASHES_BEFORE_ALONE,
  CRASHES_BEFORE_REHEARSAL,
  DEATHS_ALONE_ALLOWED,
  LIMIT_PATIENCE_MS,
  reasonOf,
  settledStatus,
  type Verdict,
  wayStopped,
} from '@billing-mail/mail-core';
import { type Logger, Traced } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { SettingsClient, SettingsUnavailableError } from '../documents/settings.client.js';
import { TokenUnavailableError } from '../documents/token.client.js';
import { SigningKeyUnavailableError } from '../documents/signing-key.js';
import { CertificateUnusableError } from '../documents/team-keys.js';
import { laneOf } from '../records/lanes.js';
import { fixLook } from '../records/look.js';
import { type DeliveryInHand, type LookedAfter, type OpenTry } from '../records/rows.js';
import { Settling } from '../settling/settling.js';
import { type TryReport } from '../settling/try-report.js';
import { Messages } from '../trying/messages.js';
import { TryDelivery, type Tried } from '../trying/try-delivery.js';
import { ClaimsStore } from './claims.store.js';
import { type Hand } from './hands.js';
import { IncidentWatch } from './incident-watch.js';
import { LaneHealth } from './lane-health.js';
import { LaneTroubles } from './lane-troubles.js';
import { Rehearsal } from './rehearsal.js';
import { RunAlone } from './run-alone.js';

export type StepResult =
  | { kind: 'recorded'; next: 'wait' | 'held_up' | 'fall_back' | 'settled'; status?: string }
  | { kind: 'postponed'; reason: string }
  | { kind: 'left'; reason: 'claim_lost' | 'route_gone' | 'given_up' | 'late' | 'known_by_now' | 'server_restrained' | 'limit_reached' };

const NOBODY_KNOWS: Verdict = {
  scope: 'message',
  lasting: 'uncertain',
  stage: 'final',
  code: null,
  enhancedCode: null,
  reason: 'no_final_reply',
  reply: null,
  seen: 'interrupted',
};

@Injectable()
export class WorkOnDelivery {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly settings: SettingsClient,
    private readonly claims: ClaimsStore,
    private readonly lanes: LaneHealth,
    private readonly trying: TryDelivery,
    private readonly messages: Messages,
    private readonly settling: Settling,
    private readonly rehearsal: Rehearsal,
    private readonly alone: RunAlone,
    private readonly troubles: LaneTroubles,
    private readonly incidents: IncidentWatch,
  ) {}

  /**
   * Does one step of work on the delivery. Throws only if the process ends before a result could be recorded; the journal then has the
   * result.
   * @param hand is freed as soon as the server is no longer needed: recording the result needs only PostgreSQL
   */
  @Traced('deliver', {
    about: ({ id, teamId, traceparent }: DeliveryInHand) => ({ deliveryId: id, teamId, parent: traceparent }),
  })
  async work(delivery: DeliveryInHand, signal: AbortSignal, hand: Hand): Promise<StepResult> {
    let tried: Tried;
    try {
      const left = await this.beforeTry(delivery);
      if (left !== null) return left;
      if (!isLookedAfter(delivery)) return { kind: 'left', reason: 'claim_lost' };
      const bypassed = this.lanes.whyBypassed(laneOf(delivery.teamId, delivery.route));
      if (bypassed !== null) return await this.bypass(delivery, bypassed);
      if (isSuspect(delivery) && !(await this.withstands(delivery, signal))) return await this.giveUp(delivery, 'too_many_crashes');
      const alone = delivery.crashes >= CRASHES_BEFORE_ALONE ? this.alone : null;
      tried = await this.trying.tryOnce(delivery, { signal, turn: hand, alone }, (report) =>
        this.settling.recordProgress(delivery, report),
      );
    } catch (error) {
      return this.postpone(delivery, error, null);
    }
    // Noted before the hand is freed, so that a server that has just failed gets no further delivery.
    if (tried.kind === 'tried') this.noteLane(delivery, tried.report);
    hand.free();
    return this.afterTry(delivery, tried);
  }

  /**
   * Moves the delivery to the platform: the team's own server accepts nothing, more attempts would make that worse, and the team has
   * enabled the fallback.
   */
  private async bypass(delivery: LookedAfter, why: Verdict): Promise<StepResult> {
    await this.incidents.goRound(delivery, why);
    await this.settling.leaveCustomRoute(delivery, { ...reasonOf(why, ''), server: null });
    return { kind: 'left', reason: 'route_gone' };
  }

  /** Returns whether the delivery may be tried: neither its rehearsals nor its tries alone have killed too many processes in a row. */
  private async withstands(delivery: LookedAfter, signal: AbortSignal): Promise<boolean> {
    return delivery.deathsAlone < DEATHS_ALONE_ALLOWED && this.rehearsal.survives(delivery, signal);
  }

  private noteLane(delivery: LookedAfter, report: TryReport): void {
    const lane = laneOf(delivery.teamId, report.route);
    const heldUpMs = this.lanes.note(lane, report);
    // A server that asks us to slow down is working, so this counts as no trouble.
    const isHeldUp = heldUpMs !== null && Date.now() - delivery.datedAt.getTime() < LIMIT_PATIENCE_MS;
    if (isHeldUp) report.heldUpMs = heldUpMs;
    if (!isHeldUp || wayStopped(report) !== null) this.troubles.noteTry(lane, delivery, report);
  }

  private async beforeTry(delivery: DeliveryInHand): Promise<StepResult | null> {
    const left = await this.settleOpenTries(delivery);
    if (left !== null) return left;
    if (settledStatus(delivery.recipients.map(({ status }) => status)) !== null) {
      await this.settling.leaveDoubts(delivery);
      return { kind: 'left', reason: 'known_by_now' };
    }
    return delivery.look === null ? this.fixLook(delivery) : null;
  }

  /**
   * Settles the tries that a dead worker left open. If the end of data may have gone out, the result is unknown; otherwise the try does not
   * count.
   */
  private async settleOpenTries(delivery: DeliveryInHand): Promise<StepResult | null> {
    const inDoubt = delivery.openTries.find(({ positions }) => positions.length > 0);
    // Dispatchers on one machine share a journal, so it may have a result that the dead worker had received but could not record.
    if (inDoubt !== undefined && (await this.settling.replayJournal()).has(delivery.id)) {
      await this.settling.giveBackAtOnce(delivery);
      return { kind: 'left', reason: 'known_by_now' };
    }
    for (const open of delivery.openTries) if (open.positions.length === 0) await this.settling.closeTry(delivery, open);
    return inDoubt === undefined ? null : this.settleDoubt(delivery, inDoubt);
  }

  private async settleDoubt(delivery: DeliveryInHand, { attemptId, route, server, positions, ageMs }: OpenTry): Promise<StepResult> {
    const settings = route === 'custom' ? await this.settings.settingsOf(delivery.teamId) : null;
    const { stage, code, enhancedCode, reason, reply } = NOBODY_KNOWS;
    return this.record(delivery, {
      ...{
        deliveryId: delivery.id,
        claimId: delivery.claimId,
        attemptId,
        number: delivery.lastAttempt,
        route,
        message: null,
        fingerprint: '',
      },
      results: positions.map((position) => ({ position, outcome: 'uncertain', verdict: NOBODY_KNOWS })),
      failure: NOBODY_KNOWS,
      facts: { durationMs: ageMs, stage, code, enhancedCode, reason, reply, server, tls: null },
      fallback: settings?.fallback ?? false,
    });
  }

  /** Fixes the look of a delivery that was taken in while the settings could not be read. */
  private async fixLook(delivery: DeliveryInHand): Promise<StepResult | null> {
    const settings = await this.settings.settingsOf(delivery.teamId);
    if (settings === null) return this.giveUp(delivery, 'team_unknown');
    const decided = fixLook(delivery, delivery.recipients, settings, this.env.PLATFORM_FROM_ADDRESS);
    // The delivery was never tried, so any doubt comes from a restore and concerns all recipients.
    const { uncertainEnds, reason } = delivery.recipients.find((recipient) => recipient.uncertainEnds > 0) ?? {
      uncertainEnds: 0,
      reason: null,
    };
    const datedAt = await this.claims.fixLook(delivery, { ...decided, uncertainEnds, reason });
    if (datedAt === null) return { kind: 'left', reason: 'claim_lost' };
    const { look, route, messageIds } = decided.fixed;
    const open = { status: 'pending', uncertainEnds, reason, reply: null, route: null } as const;
    const recipients = decided.recipients.map((recipient, position) => ({ ...recipient, ...open, position }));
    Object.assign(delivery, { look, route, messageIds, datedAt, recipients, lane: decided.lane } satisfies Partial<DeliveryInHand>);
    return null;
  }

  /** Once a server has answered, nothing here sends again: only the recording is repeated. */
  private async afterTry(delivery: LookedAfter, tried: Tried): Promise<StepResult> {
    switch (tried.kind) {
      case 'tried': {
        const { message, bodyBegun } = tried;
        return this.record(delivery, tried.report, async () => void (bodyBegun && (await message.keep())));
      }
      case 'interrupted':
        return this.postpone(delivery, tried.cause, tried.report);
      case 'limit_reached':
        return this.letWait(delivery, tried);
      default:
        return this.leave(delivery, tried.kind);
    }
  }

  private async leave(delivery: LookedAfter, why: Exclude<Tried['kind'], 'tried' | 'interrupted' | 'limit_reached'>): Promise<StepResult> {
    try {
      switch (why) {
        case 'route_gone':
          await this.settling.leaveCustomRoute(delivery);
          return { kind: 'left', reason: why };
        case 'not_repeatable':
          await this.settling.leaveDoubts(delivery);
          return { kind: 'left', reason: 'given_up' };
        case 'server_restrained':
          await this.settling.giveBackAtOnce(delivery);
          return { kind: 'left', reason: why };
        default:
          return await this.giveUp(delivery, why);
      }
    } catch (error) {
      return this.postpone(delivery, error, null);
    }
  }

  /** Lets the delivery wait until its server accepts more from this team. That costs no try. */
  private async letWait(delivery: LookedAfter, { permit, fingerprint }: Extract<Tried, { kind: 'limit_reached' }>): Promise<StepResult> {
    try {
      await this.settling.letWait(delivery, permit, fingerprint);
      return { kind: 'left', reason: 'limit_reached' };
    } catch (error) {
      return this.postpone(delivery, error, null);
    }
  }

  private async record(delivery: DeliveryInHand, report: TryReport, keepBytes = () => Promise.resolve()): Promise<StepResult> {
    const recorded = await this.settling.settle(delivery, report, keepBytes);
    const told = this.incidents.noteTry(laneOf(delivery.teamId, report.route), report);
    if (told !== null) await told;
    if (recorded.kind === 'late') return { kind: 'left', reason: 'late' };
    const { next } = recorded;
    if (next.kind !== 'settled') return { kind: 'recorded', next: next.kind };
    await this.forgetMessages(delivery);
    return { kind: 'recorded', next: next.kind, status: next.status };
  }

  private async giveUp(delivery: DeliveryInHand, code: 'team_unknown' | 'too_many_crashes' | 'document_changed'): Promise<StepResult> {
    await this.settling.giveUp(delivery, { code, server: null, reply: null });
    await this.forgetMessages(delivery);
    return { kind: 'left', reason: 'given_up' };
  }

  private async forgetMessages(delivery: DeliveryInHand): Promise<void> {
    try {
      await this.messages.forget(delivery);
    } catch (error) {
      this.logger.warn(
        { deliveryId: delivery.id, step: 'forget-bytes', err: error },
        'could not remove the message of a settled delivery from the document store',
      );
    }
  }

  private async postpone(delivery: DeliveryInHand, cause: unknown, interrupted: TryReport | null): Promise<StepResult> {
    const reason = cause instanceof Error ? cause.name : 'unknown';
    if (cause instanceof SigningKeyUnavailableError && isLookedAfter(delivery)) this.troubles.noteUnsigned(delivery);
    this.logger.warn(
      { deliveryId: delivery.id, teamId: delivery.teamId, step: 'postponed', reason, err: cause },
      'the delivery waits because of a problem on our side',
    );
    try {
      await this.settling.giveBack(delivery, waitingFor(cause), interrupted);
    } catch (error) {
      // The process ends, or PostgreSQL refuses. The lease runs out by itself, and the delivery is claimed again.
      this.logger.warn({ deliveryId: delivery.id, err: error }, 'could not give the delivery back');
    }
    return { kind: 'postponed', reason };
  }
}

/** Problems on our side after which a delivery waits without spending a try, and the code that the log shows meanwhile. */
const WAITED_FOR = [
  [SettingsUnavailableError, 'settings_unavailable'],
  [SigningKeyUnavailableError, 'signing_unavailable'],
  [TokenUnavailableError, 'smtp_token_unavailable'],
  [CertificateUnusableError, 'certificate_expired'],
] as const satisfies readonly (readonly [new (...args: never[]) => Error, FailureCode])[];

function waitingFor(cause: unknown): FailureReason | null {
  const [, code] = WAITED_FOR.find(([kind]) => cause instanceof kind) ?? [];
  return code === undefined ? null : { code, server: null, reply: null };
}

const isLookedAfter = (delivery: DeliveryInHand): delivery is LookedAfter =>
  delivery.look !== null && delivery.datedAt !== null && delivery.route !== null;

/**
 * Returns whether several workers died with this delivery in hand. That makes it no more than a suspect, because every other delivery that
 * they had in hand is one too.
 */
const isSuspect = ({ crashes }: DeliveryInHand): boolean => crashes >= CRASHES_BEFORE_REHEARSAL;
