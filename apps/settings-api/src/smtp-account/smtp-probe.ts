// Tests a mail server step by step within a limited time, and reports the result of each step.
import { SMTP_TEST_STEPS, type SmtpTestStep } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';
import { openSession, type SessionOptions, type SessionStep, type SmtpServer } from '@billing-mail/smtp-client';
import { firstValueFrom, from, of, timeout } from 'rxjs';

/** A message to send, or only the sender, to test whether the server accepts mail from and to that address. */
export type ProbeMail = { from: string; to: string; bytes: Buffer } | { from: string };

export type ProbedStep = SmtpTestStep & Pick<SessionStep, 'fact' | 'address'>;
export type Probe = {
  steps: ProbedStep[];
  /** Whether the message may have been sent although no step says so. */
  endOfDataReleased: boolean;
};

/**
 * Starts the test and calls `onStep` at the end of each step. `probe` resolves within `totalMs`; `ended` resolves when the last socket is
 * closed, which may be later.
 */
export function startProbe(
  server: SmtpServer,
  mail: ProbeMail,
  options: Omit<SessionOptions, 'onStep'>,
  totalMs: number,
  onStep: (step: ProbedStep) => void = () => undefined,
): { probe: Promise<Probe>; ended: Promise<void> } {
  const steps: ProbedStep[] = [];
  const note = (step: SessionStep): void => {
    steps.push(step);
    onStep(step);
  };
  const conversation = converse(server, mail, { ...options, onStep: note });
  const lateSteps = () => [...steps, stepWithoutAnswer(server, steps, totalMs)];
  const probe = conversation.then((endOfDataReleased) => ({ steps, endOfDataReleased }));
  return {
    probe: firstValueFrom(
      from(probe).pipe(timeout({ each: totalMs, with: () => of({ steps: lateSteps(), endOfDataReleased: mayBeOut(steps) }) })),
    ),
    ended: conversation.then(
      () => undefined,
      () => undefined,
    ),
  };
}

/** Runs the SMTP session. Returns whether the end of data was sent. */
async function converse(server: SmtpServer, mail: ProbeMail, options: SessionOptions): Promise<boolean> {
  const opened = await openSession(server, options);
  if (!opened.ok) return false;
  const { session } = opened;
  try {
    if (!('to' in mail)) {
      // The recipient is the sender itself, so that no other address, and no other mail server, is involved in a test.
      await session.offerEnvelope(mail.from, mail.from);
      return false;
    }
    const result = await session.send({
      from: mail.from,
      recipients: [mail.to],
      size: mail.bytes.length,
      body: mail.bytes,
      beforeEndOfData: async () => 'release',
    });
    if (result.outcome === 'body_failed' || result.outcome === 'held') throw result.cause;
    return result.endOfDataReleased;
  } finally {
    await session.close();
  }
}

// Once the recipient is accepted, the few bytes of a test message are sent at once.
const mayBeOut = (steps: ProbedStep[]): boolean => steps.some(({ step, ok }) => step === 'rcpt' && ok);

function stepWithoutAnswer(server: SmtpServer, steps: ProbedStep[], totalMs: number): ProbedStep {
  const skipped = new Set([...(server.security === 'none' ? ['tls'] : []), ...(server.auth.type === 'none' ? ['auth'] : [])]);
  const expected = SMTP_TEST_STEPS.filter((step) => !skipped.has(step));
  const step = expected.find((name) => !steps.some((done) => done.step === name)) ?? 'data';
  const ms = Math.max(0, totalMs - steps.reduce((sum, item) => sum + item.ms, 0));
  const text = `no answer within ${Math.round(totalMs / 1000)} s`;
  return { step, ok: false, ms, detail: text, fact: { kind: 'network', stage: STAGES[step], reason: 'timeout', text } };
}

const STAGES = {
  policy: 'dns',
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  greeting: 'greeting',
  auth: 'auth',
  mail_from: 'mail',
  rcpt: 'rcpt',
  data: 'data',
} as const satisfies Record<SmtpTestStep['step'], SmtpFact['stage']>;
