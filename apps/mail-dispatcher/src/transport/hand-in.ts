// One try: a session with the server, the transactions of the envelope over it, and what each recipient got for an answer.
import { type RecipientResult, type Verdict, classifyReply, splitEnvelopes } from '@billing-mail/mail-core';
import {
  type OpenResult,
  openSession,
  serverLabel,
  type SessionOptions,
  type SmtpServer,
  type SmtpSession,
  type TransactionResult,
} from '@billing-mail/smtp-client';
import { type AttemptFacts, type RecipientRow } from '../delivery/delivery-row.js';

export type HandIn = {
  server: SmtpServer;
  session: SessionOptions;
  from: string;
  recipients: readonly RecipientRow[];
  maxRecipients: number;
  message: { size: number; open: () => AsyncIterable<Uint8Array> };
  /** Commits that the end of data goes out to these; false holds it back for good. */
  releaseEndOfData: (positions: number[]) => Promise<boolean>;
  /** Told after each transaction but the last. */
  recordProgress: (results: RecipientResult[]) => Promise<void>;
  /** Aborted when the claim is lost or the process has to go. */
  signal: AbortSignal;
};

/** What a try came to. `interrupted`: the end of data was held back for a reason of ours; what the server said until then still counts. */
export type HandedIn = { results: RecipientResult[]; failure: Verdict | null; facts: AttemptFacts; interrupted: unknown };

/** Hands a message in. Never rejects for what a server does. */
export async function handIn(task: HandIn): Promise<HandedIn> {
  const startedAt = performance.now();
  const tried: HandedIn = { results: [], failure: null, facts: noFacts(serverLabel(task.server)), interrupted: null };
  const opened = await open(task);
  if (opened.ok) await sendAll(opened.session, task, tried);
  else if (task.signal.aborted) tried.interrupted = claimLost();
  else {
    tried.failure = classifyReply(opened.fact, { endOfDataReleased: false });
    tried.facts.tls = opened.tls;
  }
  return { ...tried, facts: { ...tried.facts, durationMs: Math.round(performance.now() - startedAt), ...shownOf(tried) } };
}

/** Aborting ends the opening at once, and nothing later: a message under way has an end of its own. */
async function open({ server, session, signal }: HandIn): Promise<OpenResult> {
  const opening = new AbortController();
  const onAbort = (): void => opening.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  // The claim may have been lost while the message was composed; that event is over.
  if (signal.aborted) opening.abort();
  try {
    return await openSession(server, { ...session, opening: opening.signal });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const claimLost = (): Error => new Error('The claim is lost.');

async function sendAll(session: SmtpSession, task: HandIn, tried: HandedIn): Promise<void> {
  tried.facts.tls = session.tls;
  const onAbort = (): void => void session.close();
  task.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const envelopes = splitEnvelopes(task.recipients, task.maxRecipients);
    for (const [index, recipients] of envelopes.entries()) {
      const { results, failure, interrupted } = await sendOne(session, task, recipients);
      tried.results.push(...results);
      tried.facts.reply = results.find((result) => result.outcome === 'accepted')?.reply ?? tried.facts.reply;
      tried.failure ??= failure;
      tried.interrupted ??= interrupted;
      if (interrupted !== null || !session.usable || task.signal.aborted) return;
      if (index < envelopes.length - 1 && results.length > 0) await task.recordProgress(results);
    }
  } finally {
    task.signal.removeEventListener('abort', onAbort);
    await session.close();
  }
}

type OneTransaction = Pick<HandedIn, 'results' | 'failure' | 'interrupted'>;

async function sendOne(session: SmtpSession, task: HandIn, recipients: readonly RecipientRow[]): Promise<OneTransaction> {
  const positions = new Map(recipients.map(({ address, position }) => [address, position]));
  const positionsOf = (addresses: readonly string[]): number[] => addresses.flatMap((address) => positions.get(address) ?? []);
  const sent = await session.send({
    from: task.from,
    recipients: [...positions.keys()],
    size: task.message.size,
    body: task.message.open,
    beforeEndOfData: async (accepted) =>
      !task.signal.aborted && (await task.releaseEndOfData(positionsOf(accepted))) ? 'release' : 'hold',
  });
  const refused = refusedOf(sent, positions);
  const taken = positionsOf(sent.recipients.filter(({ accepted }) => accepted).map(({ address }) => address));
  switch (sent.outcome) {
    case 'accepted':
      return {
        results: [...refused, ...taken.map((position) => ({ position, outcome: 'accepted' as const, reply: sent.reply }))],
        failure: null,
        interrupted: null,
      };
    case 'failed': {
      const verdict = classifyReply(sent.fact, { endOfDataReleased: sent.endOfDataReleased });
      const outcome = verdict.lasting === 'uncertain' ? ('uncertain' as const) : ('refused' as const);
      const everyoneRefused = taken.length === 0 && refused.length === recipients.length;
      return {
        results: [...refused, ...taken.map((position) => ({ position, outcome, verdict }))],
        failure: everyoneRefused ? null : verdict,
        interrupted: null,
      };
    }
    case 'held':
    case 'body_failed':
      return { results: refused, failure: null, interrupted: sent.cause ?? claimLost() };
  }
}

function refusedOf(sent: TransactionResult, positions: ReadonlyMap<string, number>): RecipientResult[] {
  return sent.recipients.flatMap(({ address, fact }) => {
    const position = positions.get(address);
    return fact === undefined || position === undefined
      ? []
      : [{ position, outcome: 'refused' as const, verdict: classifyReply(fact, { endOfDataReleased: false }) }];
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

/** What the log shows of a try: its failure, else the worst answer to a recipient, else the server's yes. */
function shownOf({ results, failure, facts }: HandedIn): Partial<AttemptFacts> {
  const refusal = results.find((result) => result.outcome !== 'accepted');
  const verdict = failure ?? (refusal?.outcome === 'refused' || refusal?.outcome === 'uncertain' ? refusal.verdict : null);
  if (verdict === null) return { stage: 'final', code: 250, reply: facts.reply };
  const { stage, code, enhancedCode, reason, reply } = verdict;
  return { stage, code, enhancedCode, reason, reply };
}
