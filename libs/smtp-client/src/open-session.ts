// From a server's name to a session ready for messages: policy, DNS, connection, TLS, greeting, authentication.
import { isIPv6 } from 'node:net';
import { type SmtpFact } from '@billing-mail/mail-core';
import { isAddressAllowed, isPortAllowed } from './network-policy.js';
import { ADDRESSES_AT_MOST, failed, reachAny, type Step } from './reaching.js';
import { resolveHost } from './resolving.js';
import { LinkSession, type SmtpSession } from './session.js';
import { type SessionOptions } from './session-options.js';
import { isToken } from './signing-in/credentials.js';
import { type SmtpServer } from './smtp-server.js';
import { StepClock } from './step-clock.js';
import { beforeUnreached } from './unreached-name.js';

export type OpenResult =
  | { ok: true; session: SmtpSession }
  /** `server` is `host:port`; `tls` is the TLS version if TLS was set up before the failure. */
  | { ok: false; fact: SmtpFact; server: string; tls: string | null };

/** Returns `host:port` as logs and users see it. */
export const serverLabel = (server: Pick<SmtpServer, 'host' | 'port'>): string =>
  `${isIPv6(server.host) ? `[${server.host}]` : server.host}:${server.port}`;

/**
 * Opens a session, or reports by one fact why it could not. Leaves no socket and no timer behind when it fails.
 * @throws TypeError if `clientName` does not fit an SMTP command
 */
export async function openSession(server: SmtpServer, options: SessionOptions): Promise<OpenResult> {
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(options.clientName)) throw new TypeError('clientName must be a host name');
  const steps = new StepClock(options.onStep);
  const fail = (fact: SmtpFact, tls: string | null = null): OpenResult => {
    steps.failed(fact);
    // If the server refused, the dialogue already contains its reply.
    if (fact.kind !== 'reply') options.dialogue?.noted(fact.text);
    return { ok: false, fact, server: serverLabel(server), tls };
  };
  if (server.auth.type !== 'none' && server.security === 'none') {
    const secret = isToken(server.auth) ? 'token' : 'password';
    return fail({ kind: 'unsupported', stage: 'auth', reason: 'auth', text: `a ${secret} is not sent over an unencrypted connection` });
  }
  const vetted = await vetAddresses(server, options, steps);
  if (!vetted.ok) return fail(vetted.fact);
  const reached = await reachAny(server, vetted.addresses, options, steps);
  if (!reached.ok) return fail(reached.fact, reached.tls);
  const { link, speaker, capabilities, address, tls } = reached;
  if (server.auth.type !== 'none') {
    const refusal = await speaker.signIn(server.auth, capabilities.authMechanisms);
    if (refusal !== null) {
      const refused = fail(refusal, tls);
      speaker.letGo();
      await link.quit();
      return refused;
    }
    steps.passed('auth', server.auth.username);
  }
  speaker.letGo();
  link.rest();
  const remote = { host: server.host, address, port: server.port };
  return { ok: true, session: new LinkSession(link, tls, remote, capabilities, options.onStep) };
}

async function vetAddresses(server: SmtpServer, options: SessionOptions, steps: StepClock): Promise<Step<{ addresses: string[] }>> {
  const { policy, timeouts } = options;
  const isFree = server.trusted === true;
  if (!isFree && !isPortAllowed(server.port, policy)) {
    return failed({
      kind: 'address',
      stage: 'dns',
      reason: 'port_forbidden',
      text: `port ${server.port} is not one that mail may be sent to`,
    });
  }
  const since = performance.now();
  const resolved = await resolveHost(server.host, timeouts.connectMs, options.dnsServers);
  // One forbidden address makes the whole name forbidden, because we may connect to any of its addresses (DNS rebinding).
  const isForbidden = resolved.ok && !resolved.addresses.every((address) => isAddressAllowed(address, policy));
  const isUnknown = !resolved.ok && resolved.fact.kind === 'address' && resolved.fact.reason === 'host_unknown';
  if (!isFree && (isForbidden || isUnknown)) {
    await beforeUnreached(server.host, since, isForbidden ? 'forbidden' : 'unknown', policy);
    const text = `no public server was found for the name ${server.host}`;
    if (isUnknown) steps.passed('policy', serverLabel(server));
    return failed({ kind: 'address', stage: 'dns', reason: isForbidden ? 'host_forbidden' : 'host_unknown', text });
  }
  if (!resolved.ok) {
    steps.passed('policy', serverLabel(server));
    return resolved;
  }
  const addresses = resolved.addresses.slice(0, ADDRESSES_AT_MOST);
  await options.beforeConnecting?.(addresses);
  steps.passed('policy', serverLabel(server));
  steps.passed('dns', resolved.addresses.join(', '));
  return { ok: true, addresses };
}
