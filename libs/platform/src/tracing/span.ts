// What a span, a step of a trace, is here, whoever receives traces.
import { type TraceParent } from '@billing-mail/contracts';

export type SpanKind = 'internal' | 'server' | 'client' | 'consumer';

/** A span that has begun. */
export interface OpenSpan {
  readonly traceId: string;
  /** Names this span as the parent of what follows from it, as W3C Trace Context writes it. */
  readonly traceparent: string;
  rename(name: string): void;
  note(attributes: Record<string, string | number>): void;
  /** @param error why it failed, if it did; only the error's name is sent, because its message may hold an address */
  end(error?: unknown): void;
}

export interface Tracer {
  begin(name: string, kind: SpanKind, parent: TraceParent | null): OpenSpan;
  /** Sends the spans that have ended. Resolves even if nobody takes them. */
  end(): Promise<void>;
}
