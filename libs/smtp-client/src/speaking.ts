// The one place that holds nodemailer's SMTPConnection: which options it gets, and how a call to it ends.
import { type Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type SmtpFact } from '@billing-mail/mail-core';
import { type Link } from './link.js';
import { type NodemailerSocket } from './nodemailer-socket.js';
import { type SmtpServer } from './smtp-server.js';

// The link keeps all times, and exactly; nodemailer's own run from other moments. The longest that a Node timer can wait.
const NEVER_MS = 2 ** 31 - 1;

/** A nodemailer connection over a link that is greeted, and encrypted where that was asked for. */
export function speakOver(socket: NodemailerSocket, link: Link, server: SmtpServer, clientName: string): SMTPConnection {
  const connection = new SMTPConnection({
    // The class of the stand-in tells which parts of a socket are there; nodemailer's type asks for all of them.
    connection: socket as unknown as Socket,
    host: server.host,
    port: server.port,
    name: clientName,
    secure: false,
    ignoreTLS: true,
    connectionTimeout: NEVER_MS,
    greetingTimeout: NEVER_MS,
    socketTimeout: NEVER_MS,
    socketCloseTimeout: 0,
  });
  connection.on('error', (error: Error) => link.end(wentWrong(link, error)));
  return connection;
}

/** Runs one call of nodemailer to its callback or to the end of the link; `null` when it went well. A failure ends the link. */
export async function hasFailed(link: Link, call: (done: (error?: Error | null) => void) => void): Promise<SmtpFact | null> {
  const called = new Promise<Error | null>((resolve) => call((error) => resolve(error ?? null)));
  const error = await link.orEnd(called);
  if (error !== null) link.end(wentWrong(link, error));
  return link.failure;
}

const wentWrong = (link: Link, error: Error): SmtpFact => ({ kind: 'protocol', stage: link.currentStage, text: error.message });
