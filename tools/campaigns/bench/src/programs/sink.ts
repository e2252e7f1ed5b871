// The sinks, in a process of their own: for example a plain one, one with STARTTLS and login, and one that refuses.
import { type SinkOptions, SmtpSink } from '../stage/smtp-sink.js';
import { serve } from './serve.js';

const sinks = new Map<string, SmtpSink>();

function sinkOf(name: string): SmtpSink {
  const sink = sinks.get(name);
  if (sink === undefined) throw new Error(`no sink is called ${name}`);
  return sink;
}

const calls = {
  /** Opens a sink of that name; resolves with its port. */
  listen(name: string, options: SinkOptions) {
    const sink = new SmtpSink(options);
    sinks.set(name, sink);
    return sink.listen();
  },
  forget() {
    for (const sink of sinks.values()) sink.forget();
  },
  /** Resolves when that many recipients have been served. */
  reach: (name: string, recipients: number) => sinkOf(name).reach(recipients),
  totals: (name: string) => sinkOf(name).totals,
  arrivals: (name: string) => sinkOf(name).arrivals,
};
export type SinkCalls = typeof calls;

serve(calls);
