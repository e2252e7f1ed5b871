// W3C Trace Context: identifies a step, so that what other services do because of it belongs to the same trace.
import { z } from 'zod';

/** Version 00 ends after the flags. Of later versions, only the parts that version 00 has are read. Ids are never all zeros. */
const TRACEPARENT = /^(?!ff|00.{53}.)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** A step of a trace as W3C's `traceparent` names it. */
export type TraceParent = { traceId: string; spanId: string; flags: number };

/** Parses a `traceparent`. Returns `null` for anything else. Never throws: a trace is no reason to refuse anything. */
export function readTraceparent(value: unknown): TraceParent | null {
  const [, traceId, spanId, flags] = (typeof value === 'string' ? TRACEPARENT.exec(value) : null) ?? [];
  return traceId === undefined || spanId === undefined || flags === undefined
    ? null
    : { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** A field with a `traceparent`. If it can't be read, it counts as absent. */
export const traceparent = z.string().regex(TRACEPARENT).optional().catch(undefined);
