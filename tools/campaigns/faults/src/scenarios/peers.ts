// Each misbehaving server on both routes: all custom ones at once, with a team each; the platform's one after the other.
import { randomUUID } from 'node:crypto';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '@billing-mail/testkit';
import { NotPossibleHereError, type Play, type Scenario } from '../scenario.js';
import { PLATFORM_HOST, WORKING } from '@billing-mail/tools/stage';
import { PEERS, TEAM_PEERS, type Peer } from './peer-table.js';

const expectation = ({ status, tries, stages = [], reason = [], told }: Peer): string =>
  `${status} after ${tries === 1 ? 'one try' : `${tries} tries`}${stages.length === 0 ? '' : `, failing at ${stages.join(' or ')} as ${reason.join(' or ')}`}${told === undefined ? '' : `, told as ${told}`}`;

const scenarioOf = (peer: Peer, run: (play: Play) => Promise<void>): Scenario => ({
  name: peer.name,
  injects: peer.injects,
  expects: expectation(peer),
  run: async (play) => {
    await run(play);
    return compare(play, peer);
  },
});

const invoiceFor = ({ bytes, people }: Peer): Parameters<Play['publish']>[1] => ({
  ...(bytes === undefined ? {} : { bytes }),
  ...(people === undefined
    ? {}
    : { to: Array.from({ length: people }, (_, index) => ({ address: `r${index}.${randomUUID()}@customer.example` })) }),
});

const onCustomRoute = (peer: Peer): Scenario =>
  scenarioOf(peer, async (play) => {
    const { stage } = play;
    const server = stage.takeServer();
    server.behave(peer.script);
    if (peer.away) await server.goAway();
    // A name for which the servers' certificate is valid.
    const host = `${peer.name}.${PLATFORM_HOST}`;
    if (peer.dns !== undefined) {
      if (stage.dnsPrefix === null) throw new NotPossibleHereError('needs root and unshare, to give a process its own DNS');
      stage.names.answers[host] = peer.dns;
    }
    const others: ScriptedSmtpServer[] = [];
    for (const { address, script } of peer.others ?? [])
      if (script !== null) others.push(await startScriptedSmtpServer({ ...WORKING, ...script }, { host: address, port: server.port }));
    const teamId = await play.team({ server, fallback: peer.fallback, ...(peer.dns === undefined ? {} : { host }) });
    await play.publish(teamId, invoiceFor(peer));
    await play.untilSettled();
    for (const other of others) {
      const isBefore = comesBefore(peer, other.host);
      play.expect(other.connections.length > 0 === isBefore, `${other.host} was ${isBefore ? 'not ' : ''}asked`);
      await other.close();
    }
    expectSevenBit(play, server.messages);
    const messages = server.messages.map(({ recipients }) => recipients.filter(({ accepted }) => accepted).length).join(', ');
    play.expect(peer.messages === undefined || messages === peer.messages.join(', '), `messages to ${messages} people`);
  });

/** Whether DNS lists `address` before the address of the machine that works. */
const comesBefore = ({ dns }: Peer, address: string): boolean => {
  const addresses = typeof dns === 'object' ? (dns.a ?? []) : [];
  return addresses.indexOf(address) < addresses.indexOf('127.0.0.1');
};

const ALL_PEERS = [...PEERS, ...TEAM_PEERS];
export const silentCustomPeers: readonly Scenario[] = ALL_PEERS.filter(({ silent }) => silent).map(onCustomRoute);
export const answeringCustomPeers: readonly Scenario[] = ALL_PEERS.filter(({ silent }) => !silent).map(onCustomRoute);

export const platformPeers: readonly Scenario[] = PEERS.map((peer) =>
  scenarioOf(peer, async (play) => {
    const { stage } = play;
    const { platform, names } = stage;
    if (peer.dns !== undefined && stage.dnsPrefix === null)
      throw new NotPossibleHereError('needs root and unshare, to give a process its own DNS');
    const teamId = await play.team();
    // A connection kept from the previous scenario would skip everything that a server does when it is connected to.
    await platform.hangUp();
    platform.behave(peer.script);
    if (peer.away) await platform.goAway();
    if (peer.dns !== undefined) names.answers[PLATFORM_HOST] = peer.dns;
    try {
      await play.publish(teamId, invoiceFor(peer));
      await play.untilSettled();
      expectSevenBit(play, platform.messages);
    } finally {
      names.answers[PLATFORM_HOST] = { a: ['127.0.0.1'] };
      if (peer.away) await platform.comeBack();
      platform.behave();
    }
  }),
);

async function compare(play: Play, peer: Peer): Promise<string> {
  const [delivery] = await play.deliveries();
  if (delivery === undefined) return 'no delivery';
  const { status, attempts, recipients, failure } = delivery;
  const troubled = attempts.filter(({ outcome }) => outcome !== 'accepted');
  play.expect(status === peer.status, `status is ${status}, not ${peer.status}`);
  play.expect(attempts.length === peer.tries, `${attempts.length} tries, not ${peer.tries}`);
  const { stages = [], limitBytes } = peer;
  play.expect(
    stages.length === 0 || troubled.every(({ stage }) => stages.includes(stage ?? '')),
    `failed at ${troubled.map(({ stage }) => stage).join(', ')}, not ${stages.join(' or ')}`,
  );
  const said = troubled.length > 0 ? troubled : attempts;
  for (const attempt of said) {
    expectSaid(play, peer, `try at ${attempt.stage}`, attempt);
    play.expect(attempt.code === codeIn(attempt.reply), `code ${attempt.code} beside "${attempt.reply}"`);
  }
  const toldAs = peer.told === undefined ? peer : { ...peer, reason: [peer.told] };
  for (const recipient of recipients.filter(({ status: its }) => its !== 'accepted'))
    expectSaid(play, toldAs, recipient.status, { reason: recipient.reason ?? null, reply: recipient.reply ?? null });
  if (troubled.length > 0 && failure !== null) expectSaid(play, toldAs, 'told', { reason: failure.code, reply: failure.reply });
  play.expect(failure !== null || status === 'sent', 'nothing is told');
  const sizes = failure?.sizes;
  const isTold = limitBytes === undefined ? sizes === undefined : sizes !== undefined && (sizes.limitBytes ?? null) === limitBytes;
  play.expect(isTold, `sizes told: ${JSON.stringify(sizes)}`);
  const shown = said.map(
    ({ outcome, stage, reason, reply }) => `${outcome} at ${stage}${reason === null ? '' : ` as ${reason}`}, ${reply ?? 'nothing said'}`,
  );
  return `${status}; ${[...new Set(shown)].join(', ')}`;
}

function expectSaid(play: Play, { reason = [], reply }: Peer, what: string, seen: { reason: string | null; reply: string | null }): void {
  const reasons: readonly (string | null)[] = reason.length === 0 ? [null] : reason;
  play.expect(reasons.includes(seen.reason), `${what}: ${seen.reason}, not ${reasons.join(' or ')}`);
  play.expect(reply.includes(seen.reply), `${what}: the reply is "${seen.reply}", not "${reply.join('" or "')}"`);
}

/** Returns the code of a server's reply, or null for a description of something else that came instead. */
const codeIn = (reply: string | null): number | null => (/^[2-5]\d\d[ -]/.test(reply ?? '') ? Number(reply?.slice(0, 3)) : null);

/** Checks that only 7-bit mail goes to a server whose extensions we have not asked for (RFC 6152). */
function expectSevenBit(play: Play, messages: readonly { raw: Buffer | null }[]): void {
  play.expect(
    messages.every(({ raw }) => raw === null || !raw.some((byte) => byte > 127)),
    'a message had bytes above 127',
  );
}
