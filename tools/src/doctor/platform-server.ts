// Checks the platform's mail server: connects, starts TLS and authenticates as a dispatcher does, then closes the
// session without sending a message.
import { readFileSync } from 'node:fs';
import { classifyReply, hintForProbe } from '@billing-mail/mail-core';
import { clientNameFor, openSession, platformServer, serverLabel, type SmtpServer } from '@billing-mail/smtp-client';
import { type Finding, fine, notSet, weak, wrong } from './finding.js';
import { type Site, type SiteEnvironment } from './site.js';

const ABOUT = 'mail server';
const TIMEOUTS = { connectMs: 15_000, replyMs: 30_000, finalReplyMs: 30_000 };
/** A document may have up to 25 MiB, and base64 makes it a third longer. */
const LARGEST_MESSAGE_BYTES = 36 * 1024 * 1024;

export async function lookAtPlatformServer({ env, dnsServer }: Site): Promise<Finding[]> {
  if (env.PLATFORM_SMTP_URL === undefined) return [notSet(ABOUT, 'PLATFORM_SMTP_URL')];
  const server = platformServer(env.PLATFORM_SMTP_URL, authorityOf(env));
  const { name, weakness } = clientNameFor(env.SMTP_CLIENT_NAME);
  const greeting =
    weakness === null ? fine('EHLO', name) : weak('EHLO', weakness, 'its address and that name should lead to each other in DNS');
  const opened = await openSession(server, {
    policy: { allowedNetworks: [], allowedPorts: [] },
    timeouts: TIMEOUTS,
    clientName: name,
    ...(dnsServer === null ? {} : { dnsServers: [dnsServer] }),
  });
  if (opened.ok) {
    const { tls, capabilities } = opened.session;
    await opened.session.close();
    return [greeting, ...judgeSession(server, tls, capabilities.maxMessageBytes)];
  }
  const { fact } = opened;
  const { reason, reply, stage } = classifyReply(fact, { endOfDataReleased: false });
  const hint = hintForProbe({ reason, reply, server }, 'en');
  return [greeting, wrong(ABOUT, `${serverLabel(server)}, ${stage}: ${reply ?? reason}`, hint)];
}

function judgeSession(server: SmtpServer, tls: string | null, largestBytes: number | null): Finding[] {
  const seen = `${serverLabel(server)}, ${tls ?? 'without TLS'}, ${server.auth.type === 'none' ? 'without signing in' : 'signed in'}`;
  const size = largestBytes === null ? 'no limit' : `${Math.floor(largestBytes / 1024 / 1024)} MiB`;
  return [
    tls === null
      ? weak(ABOUT, seen, 'let PLATFORM_SMTP_URL say smtps:// or ?security=starttls: documents go there unencrypted')
      : fine(ABOUT, seen),
    largestBytes !== null && largestBytes < LARGEST_MESSAGE_BYTES
      ? weak('size of a message', size, 'raise what the server takes to 36 MiB, or lower MAX_ATTACHMENT_BYTES')
      : fine('size of a message', size),
  ];
}

const authorityOf = ({ PLATFORM_SMTP_CA_FILE: file }: SiteEnvironment): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8');
