// Connections that are kept for the next message: on both routes, servers end them at some point, limit them, or the password changes.
import { type BodyTrap, type SmtpAction, type SmtpScript } from '@billing-mail/testkit';
import { type Play, type Scenario } from '../scenario.js';
import { ACCOUNT, type MailServer } from '@billing-mail/tools/stage';
import { BothRoutes } from './both-routes.js';

/** Each round sends one invoice on each route, one after the other, so that the next one uses the connection that the last one left. */
const ROUNDS = 8;

type Fault = {
  name: string;
  injects: string;
  /** Calls `strike` each time the fault occurs. */
  script?: (strike: () => void) => SmtpScript;
  /** What the server does between two rounds. */
  between?: SmtpAction;
  /** Tries and copies of a delivery that meets the fault. If the connection is lost in or after the body, that counts as a try. */
  tries?: readonly number[];
  copies?: readonly number[];
};

/**
 * Returns `struck` for the second message of each connection, which is the first on a kept connection, and `usual` for all others. Never
 * strikes twice in a row: the next try of the same delivery may use another kept connection.
 */
function atSecond<T>(struck: T, usual: T): (strike: () => void) => (transaction: number) => T {
  return (strike) => {
    let isArmed = true;
    return (transaction) => {
      const strikes = isArmed && transaction === 2;
      isArmed = !strikes;
      if (strikes) strike();
      return strikes ? struck : usual;
    };
  };
}
const mailAtSecond = (action: SmtpAction) => (strike: () => void) => ({ mail: atSecond<SmtpAction>(action, '250 2.1.0 ok')(strike) });

const FAULTS: readonly Fault[] = [
  { name: 'idle-close', injects: 'the server closes a kept connection while it is idle', between: 'close' },
  { name: 'idle-reset', injects: 'the server resets a kept connection while it is idle', between: 'reset' },
  {
    name: 'idle-421',
    injects: 'the server says 421 unasked on a kept connection and closes it',
    between: { reply: '421 4.4.2 idle for too long', then: 'close' },
  },
  { name: 'mail-reset', injects: 'the server resets a kept connection at MAIL', script: mailAtSecond('reset') },
  { name: 'mail-close', injects: 'the server closes a kept connection at MAIL', script: mailAtSecond('close') },
  { name: 'mail-silent', injects: 'the server says nothing at MAIL on a kept connection', script: mailAtSecond('stall') },
  {
    name: 'mail-421',
    injects: '421 to MAIL on a kept connection',
    script: mailAtSecond({ reply: '421 4.7.0 too many messages on this connection', then: 'close' }),
  },
  {
    name: 'mail-late',
    injects: 'MAIL is answered after 1 s',
    script: (strike) => ({ mail: () => (strike(), { wait: 1000, then: '250 2.1.0 ok' }) }),
  },
  {
    name: 'body-reset',
    injects: 'the server resets a kept connection in the body',
    script: (strike) => ({ body: atSecond<BodyTrap | undefined>({ afterBytes: 1, action: 'reset' }, undefined)(strike) }),
    tries: [1, 2],
  },
  {
    name: 'final-reset',
    injects: 'the server resets a kept connection in place of the answer to the end of data',
    script: (strike) => ({ final: atSecond<SmtpAction>('reset', '250 2.0.0 ok')(strike) }),
    tries: [1, 2],
    copies: [1, 2],
  },
  {
    name: 'one-message-each',
    injects: 'the server closes each connection after one message',
    script: (strike) => ({ final: () => (strike(), { reply: '250 2.0.0 ok', then: 'close' }) }),
  },
  {
    name: 'no-pipelining',
    injects: 'PIPELINING is not offered',
    script: (strike) => ({ extensions: ['8BITMIME'], final: () => (strike(), '250 2.0.0 ok') }),
  },
];

const keptSession = ({ name, injects, script, between, tries = [1], copies = [1] }: Fault): Scenario => ({
  name,
  injects: `${injects}, ${ROUNDS} invoices one after the other`,
  expects: copies.includes(2)
    ? 'sent; a second copy only with a logged doubt'
    : tries.includes(2)
      ? 'sent once; what was lost was a try'
      : 'each sent once by one try',
  run: async (play) => {
    const routes = await startAfresh(play);
    const strikes = new Map(routes.servers.map((server) => [server, 0]));
    const strike = (server: MailServer): void => void strikes.set(server, (strikes.get(server) ?? 0) + 1);
    for (const server of routes.servers) server.behave(script?.(() => strike(server)));
    for (let round = 0; round < ROUNDS; round += 1) {
      await routes.publish();
      await play.untilSettled();
      if (between === undefined) continue;
      for (const server of routes.servers) if (server.openConnections > 0) strike(server);
      await Promise.all(routes.servers.map((server) => server.hangUp(between)));
    }
    play.expect(
      [...strikes.values()].every((count) => count > 0),
      'it met no message',
    );
    const opened = routes.servers.map((server) => server.connections);
    for (const server of routes.servers) server.behave();
    return `${await routes.outcome({ status: ['sent'], tries, copies })}; struck ${[...strikes.values()].join(' and ')} times, ${opened.join(' and ')} connections`;
  },
});

/** Starts with both routes and no connection left from before. */
async function startAfresh(play: Play): Promise<BothRoutes> {
  const routes = await BothRoutes.of(play);
  await Promise.all(routes.servers.map((server) => server.hangUp()));
  routes.behave();
  return routes;
}

const TEN = 10;

const tenMessagesEach: Scenario = {
  name: 'ten-messages-each',
  injects: `the server closes each connection after ${TEN} messages, 60 invoices on each route`,
  expects: 'each sent once by one try',
  run: async (play) => {
    const routes = await startAfresh(play);
    let closed = 0;
    const final = (transaction: number): SmtpAction =>
      transaction < TEN ? '250 2.0.0 ok' : ((closed += 1), { reply: '250 2.0.0 ok', then: 'close' });
    routes.behave({ final });
    for (let wave = 0; wave < 3; wave += 1) {
      await routes.publish({}, [20, 20]);
      await play.untilSettled();
    }
    play.expect(closed > 0, 'it closed none');
    routes.behave();
    return `${await routes.outcome({ status: ['sent'], tries: [1], copies: [1] })}; closed ${closed} times`;
  },
};

const passwordChanged: Scenario = {
  name: 'password-changed',
  injects: 'a team changes the password of its server while connections signed in with the old one are kept and 30 invoices go out',
  expects: 'each sent once by one try; what is published after the change goes out signed in with the new password',
  run: async (play) => {
    const { invoicing } = play.stage;
    const server = play.stage.takeServer();
    const slowly = { final: { wait: 30, then: '250 2.0.0 ok' } };
    server.behave(slowly);
    const teamId = await play.team({ server });
    await play.publishMany(teamId, 6);
    await play.untilSettled();
    const kept = server.openConnections;
    play.expect(kept > 0, 'no connection was kept');
    const password = 'neues Geheimnis';
    const underWay = await play.publishMany(teamId, 12);
    // The server accepts both passwords while the team changes its settings; otherwise deliveries under way would fail, and rightly so.
    server.behave({ ...slowly, accounts: [ACCOUNT, { ...ACCOUNT, password }] });
    await invoicing.setUpTeam(teamId, { server, password });
    await play.untilSettled();
    server.behave({ ...slowly, accounts: [{ ...ACCOUNT, password }] });
    await play.publishMany(teamId, 12);
    await play.untilSettled();
    const deliveries = await play.deliveries();
    play.expect(
      deliveries.every(({ status, attempts }) => status === 'sent' && attempts.length === 1),
      'not each was sent by its first try',
    );
    const given = server.passwords;
    play.expect(
      given.every((one) => one === password),
      'the old password was given again after the change',
    );
    server.behave();
    return `${deliveries.length} sent, ${underWay.length} of them while it changed; ${kept} connections were kept with the old one, ${given.length} opened after with the new one`;
  },
};

export const keptSessionFaults: readonly Scenario[] = [...FAULTS.map(keptSession), tenMessagesEach, passwordChanged];
