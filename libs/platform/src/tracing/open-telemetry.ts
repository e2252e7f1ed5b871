// Records spans with OpenTelemetry and sends them by OTLP over HTTP. The only file that knows OpenTelemetry; loaded only if something is
// traced.
import { diag, DiagLogLevel, type Span, SpanKind as Kind, SpanStatusCode, trace, ROOT_CONTEXT } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { type TraceParent } from '@billing-mail/contracts';
import { type Logger } from 'pino';
import { TroubleLog } from '../observing/trouble-log.js';
import { within } from '../waiting/within.js';
import { type OpenSpan, type SpanKind, type Tracer } from './span.js';

export type TracerOptions = { service: string; version: string | undefined; endpoint: string; share: number };

const KINDS: Record<SpanKind, Kind> = { internal: Kind.INTERNAL, server: Kind.SERVER, client: Kind.CLIENT, consumer: Kind.CONSUMER };

/** How long the end of the service waits for the receiver of traces. */
const LAST_WORDS_MS = 2000;

export function openTracer({ service, version, endpoint, share }: TracerOptions, logger: Logger): Tracer {
  const tell = tellTrouble(logger);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, ...(version === undefined ? {} : { 'service.version': version }) }),
    // A trace that a caller records is recorded to its end, whatever the share of the traces that begin here.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    // In batches, which are dropped if nobody takes them: a trace never holds up a document.
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: tracesOf(endpoint) }) })],
  });
  const tracer = provider.getTracer('billing-mail');
  return {
    begin: (name, kind, parent) => toOpenSpan(tracer.startSpan(name, { kind: KINDS[kind] }, contextOf(parent))),
    end: async () => {
      await within(LAST_WORDS_MS, provider.shutdown().catch(tell));
    },
  };
}

/** Returns the address for traces, as OTLP specifies it for a given address of all signals. */
const tracesOf = (endpoint: string): string => `${endpoint.replace(/\/+$/, '')}/v1/traces`;

const contextOf = (parent: TraceParent | null) =>
  parent === null
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, { traceId: parent.traceId, spanId: parent.spanId, traceFlags: parent.flags, isRemote: true });

function toOpenSpan(span: Span): OpenSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    rename: (name) => void span.updateName(name),
    note: (attributes) => void span.setAttributes(attributes),
    end: (error) => {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'unknown' });
      span.end();
    },
  };
}

/** Logs once a minute that nobody takes the traces. */
function tellTrouble(logger: Logger): (error: unknown) => void {
  const trouble = new TroubleLog(logger);
  const tell = (message: string): void => trouble.note(message, { step: 'tracing', why: message.slice(0, 300) }, 'traces are not accepted');
  diag.setLogger(
    { error: tell, warn: tell, info: () => undefined, debug: () => undefined, verbose: () => undefined },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  return (error) => tell(String(error));
}
