// Hands a message in to a server: one try, with a transaction for each part of the envelope, and the answer for each recipient.
import { type RecipientResult, type Verdict, classifyReply } from '@billing-mail/mail-core';
import { type SmtpLine, type TransactionResult } from '@billing-mail/smtp-client';
import { type AttemptFacts, type RecipientRow } from '../records/rows.js';
import { type PreparedMessage } from './messages.js';
import { limitMetBy, type MetLimit } from './recipient-limit.js';

export type HandIn = {
  line: SmtpLine;
  /** `host:port`, for the log. */
  server: string;
  /** The sender of the envelope (MAIL FROM) of a transaction to these recipients. */
  from: (recipients: readonly RecipientRow[]) => string;
  /** See `OutgoingMessage`. */
  envelopeId?: string;
  recipients: readonly RecipientRow[];
  maxRecipients: number;
  message: Pick<PreparedMessage, 'size' | 'body'>;
  /**
   * Commits to PostgreSQL that the end of data goes out to these recipients. If it resolves to false, the end of data must never be sent.
   */
  releaseEndOfData: (positions: number[]) => Promise<boolean>;
  /** Called when only the server's reply is missing: returns whether another message for the same route starts on this session now. */
  passOn: () => boolean;
  /** Called after each transaction but the last, with all results so far. */
  recordProgress: (tried: HandedIn) => Promise<void>;
  /** Aborted when the claim is lost or the process must end. */
  signal: AbortSignal;
};

/**
 * The result of a try. `interrupted`: the cause, if a problem on our side held back the end of data; replies received before that still
 * count.
 */
export type HandedIn = {
  results: RecipientResult[];
  failure: Verdict | null;
  facts: AttemptFacts;
  interrupted: unknown;
  /** Whether the server may have seen a part of the message. */
  bodyBegun: boolean;
};

/** Hands a message in, and gives the line back. Never throws because of what a server does. */
export async function handIn(task: HandIn): Promise<HandedIn> {
  const startedAt = performance.now();
  const tried: HandedIn = {
    ...{ results: [], failure: null, interrupted: null, bodyBegun: false },
    facts: noFacts(task.server),
  };
  const onAbort = (): void => task.line.abort();
  // An AbortSignal that is aborted already fires no event.
  if (task.signal.aborted) onAbort();
  task.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const opened = await task.line.open();
    tried.facts.tls = task.line.tls;
    if (task.signal.aborted) tried.interrupted = claimLost();
    else if (!opened.ok) tried.failure = classifyReply(opened.fact, { endOfDataReleased: false });
    else await sendAll(task, tried, startedAt);
  } finally {
    task.signal.removeEventListener('abort', onAbort);
    void task.line.giveBack();
  }
  const handedIn = withFacts(tried, startedAt);
  return isPlainlyAccepted(handedIn) ? handedIn : withTranscript(handedIn, task.line.dialogue.written());
}

/** Whether the server accepted everything. Then the transcript is not kept, because the recipients have the server's reply. */
const isPlainlyAccepted = ({ results, failure, interrupted }: HandedIn): boolean =>
  failure === null && interrupted === null && results.every(({ outcome }) => outcome === 'accepted');

const withTranscript = (tried: HandedIn, transcript: string | null): HandedIn => ({ ...tried, facts: { ...tried.facts, transcript } });

/** The result of a try that never connected to the server. */
export const notHandedIn = (server: string, failure: Verdict): HandedIn =>
  withFacts({ results: [], failure, interrupted: null, bodyBegun: false, facts: noFacts(server) }, performance.now());

const claimLost = (): Error => new Error('The claim is lost.');

const withFacts = (tried: HandedIn, startedAt: number): HandedIn => ({
  ...tried,
  facts: { ...tried.facts, durationMs: Math.round(performance.now() - startedAt), ...shownOf(tried) },
});

async function sendAll(task: HandIn, tried: HandedIn, startedAt: number): Promise<void> {
  let limit = task.maxRecipients;
  // To, Cc and Bcc share a transaction: a server that also takes recipients from the header would deliver a separate transaction for Bcc to
  // To and Cc once more.
  for (let waiting = task.recipients; waiting.length > 0;) {
    const count = Math.min(limit, task.line.recipientsAtMost);
    const { results, failure, interrupted, bodyBegun, met } = await sendOnce(task, waiting.slice(0, count), waiting.length <= count);
    // The number of recipients was the reason for the refusal only if the server accepts those beyond the limit in a transaction of their
    // own.
    if (limit < task.maxRecipients && results.some(({ outcome }) => outcome === 'accepted')) task.line.learnRecipientLimit(limit);
    limit = Math.min(limit, met?.atMost ?? limit);
    waiting = [...waiting.slice(0, count).filter(({ position }) => met?.beyond.has(position)), ...waiting.slice(count)];
    tried.results.push(...results);
    tried.bodyBegun ||= bodyBegun;
    tried.facts.reply = results.find((result) => result.outcome === 'accepted')?.reply ?? tried.facts.reply;
    tried.facts.tls = task.line.tls ?? tried.facts.tls;
    tried.failure ??= failure;
    tried.interrupted ??= interrupted;
    if (interrupted !== null || task.signal.aborted || isWayLost(failure)) return;
    if (waiting.length > 0 && results.length > 0) await task.recordProgress(withFacts(tried, startedAt));
  }
}

/** Whether the connection is lost or could not be opened, so that nothing more can be sent in this try. */
const isWayLost = (failure: Verdict | null): boolean => failure !== null && (failure.scope === 'route' || failure.lasting === 'uncertain');

type OneTransaction = Pick<HandedIn, 'results' | 'failure' | 'interrupted' | 'bodyBegun'>;

/** Runs one transaction. A limit of the server is not a failure: recipients beyond it (`met`) get the message later in the same try. */
async function sendOnce(
  task: HandIn,
  recipients: readonly RecipientRow[],
  isLast: boolean,
): Promise<OneTransaction & { met: MetLimit | null }> {
  const sent = await sendOne(task, recipients, isLast);
  const met = sent.interrupted === null ? limitMetBy(sent.results) : null;
  // If the server accepted no recipient, earlier messages may have used up what it allows in a session; then another session is used.
  if (met === null || met.atMost === 0 || (met.taken === 0 && !(await task.line.leaveUsedSession()))) return { ...sent, met: null };
  return {
    ...sent,
    results: sent.results.filter(({ position }) => !met.beyond.has(position)),
    failure: sent.failure?.reason === 'too_many_recipients' ? null : sent.failure,
    met,
  };
}

async function sendOne(task: HandIn, recipients: readonly RecipientRow[], isLast: boolean): Promise<OneTransaction> {
  const positions = new Map(recipients.map(({ address, position }) => [address, position]));
  const positionsOf = (addresses: readonly string[]): number[] => addresses.flatMap((address) => positions.get(address) ?? []);
  const messageBytes = task.message.size;
  let areAllTaken = false;
  const sent = await task.line.send({
    from: task.from(recipients),
    ...(task.envelopeId === undefined ? {} : { envelopeId: task.envelopeId }),
    recipients: [...positions.keys()],
    dialogue: task.line.dialogue,
    size: messageBytes,
    body: task.message.body,
    beforeEndOfData: async (accepted) => {
      areAllTaken = accepted.length === positions.size;
      return !task.signal.aborted && (await task.releaseEndOfData(positionsOf(accepted))) ? 'release' : 'hold';
    },
    // Recipients that this transaction left out may need another one on this session.
    afterEndOfData: () => {
      if (isLast && areAllTaken) task.line.passOn(task.passOn);
    },
  });
  const { bodyBegun } = sent;
  const refused = refusedOf(sent, positions, messageBytes);
  const taken = positionsOf(sent.recipients.filter(({ accepted }) => accepted).map(({ address }) => address));
  switch (sent.outcome) {
    case 'accepted': {
      const accepted = taken.map((position) => ({ position, outcome: 'accepted' as const, reply: sent.reply }));
      return { results: [...refused, ...accepted], failure: null, interrupted: null, bodyBegun };
    }
    case 'failed': {
      const verdict = classifyReply(sent.fact, { endOfDataReleased: sent.endOfDataReleased, messageBytes });
      const outcome = verdict.lasting === 'uncertain' ? ('uncertain' as const) : ('refused' as const);
      const everyoneRefused = taken.length === 0 && refused.length === recipients.length;
      const failed = taken.map((position) => ({ position, outcome, verdict }));
      return { results: [...refused, ...failed], failure: everyoneRefused ? null : verdict, interrupted: null, bodyBegun };
    }
    case 'held':
    case 'body_failed':
      return { results: refused, failure: null, interrupted: sent.cause ?? claimLost(), bodyBegun };
  }
}

function refusedOf(sent: TransactionResult, positions: ReadonlyMap<string, number>, messageBytes: number): RecipientResult[] {
  return sent.recipients.flatMap(({ address, fact }) => {
    const position = positions.get(address);
    return fact === undefined || position === undefined
      ? []
      : [{ position, outcome: 'refused' as const, verdict: classifyReply(fact, { endOfDataReleased: false, messageBytes }) }];
  });
}

const noFacts = (server: string): AttemptFacts => ({
  durationMs: 0,
  stage: null,
  code: null,
  enhancedCode: null,
  reason: null,
  reply: null,
  server,
  tls: null,
});

/** What the log shows of a try: its failure, or else the first refusal or doubt, or else the server's acceptance. */
function shownOf({ results, failure, facts }: HandedIn): Partial<AttemptFacts> {
  const refusal = results.find((result) => result.outcome !== 'accepted');
  const verdict = failure ?? (refusal?.outcome === 'refused' || refusal?.outcome === 'uncertain' ? refusal.verdict : null);
  if (verdict === null) return { stage: 'final', code: 250, reply: facts.reply };
  const { stage, code, enhancedCode, reason, reply } = verdict;
  return { stage, code, enhancedCode, reason, reply };
}
