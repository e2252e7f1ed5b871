// What a step of a trace is here, whoever takes traces.
import { type TraceParent } from '@billing-mail/contracts';

export type SpanKind = 'internal' | 'server' | 'client' | 'consumer';

/** A step of a trace that has begun. */
export interface OpenSpan {
  readonly traceId: string;
  /** Its name for whatever follows from it, as W3C Trace Context writes it. */
  readonly traceparent: string;
  rename(name: string): void;
  note(attributes: Record<string, string | number>): void;
  /** @param error why it failed, if it did; only its name is told, as what it says may hold an address */
  end(error?: unknown): void;
}

export interface Tracer {
  begin(name: string, kind: SpanKind, parent: TraceParent | null): OpenSpan;
  /** Sends what has ended; resolves also where nobody takes it. */
  end(): Promise<void>;
}
