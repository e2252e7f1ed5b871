import { type AttemptStage } from '@billing-mail/contracts';
import { cleanReply, type SmtpFact } from '@billing-mail/mail-core';
import { type SessionStep } from './smtp-server.js';

export type StepListener = (step: SessionStep) => void;

const STEP_OF_STAGE: Readonly<Record<AttemptStage, SessionStep['step']>> = {
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  greeting: 'greeting',
  auth: 'auth',
  mail: 'mail_from',
  rcpt: 'rcpt',
  data: 'data',
  final: 'data',
};

/** Reports each step with the time in milliseconds since the previous one. */
export class StepClock {
  private began = performance.now();

  constructor(private readonly listener: StepListener | undefined) {}

  passed(step: SessionStep['step'], detail: string, address?: string): void {
    this.listener?.({ step, ok: true, ms: this.lap(), detail: cleanReply(detail) ?? '', ...(address !== undefined && { address }) });
  }

  failed(fact: SmtpFact): void {
    const isForbidden = fact.kind === 'address' && (fact.reason === 'host_forbidden' || fact.reason === 'port_forbidden');
    const step = isForbidden ? 'policy' : STEP_OF_STAGE[fact.stage];
    this.listener?.({ step, ok: false, ms: this.lap(), detail: cleanReply(fact.text) ?? '', fact });
  }

  private lap(): number {
    const now = performance.now();
    const ms = Math.round(now - this.began);
    this.began = now;
    return ms;
  }
}
