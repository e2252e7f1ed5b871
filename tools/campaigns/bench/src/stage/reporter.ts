// A mail server that delivers bounce reports at a steady pace over one connection, like one whose recipients no longer exist.
import { connect, type Socket } from 'node:net';
import { returnPathFor } from '@billing-mail/mail-core';
import { type Database } from '@billing-mail/tools/stage';
import { pause } from './clock.js';

/** Number of deliveries that are looked up at a time. */
const AHEAD = 50;
const AN_ANSWER = /^\d{3} .*\r\n/m;

export type ReporterOptions = { port: number; domain: string; key: Buffer; perMinute: number };

export class Reporter {
  private socket!: Socket;
  private said = '';
  private hear: () => void = () => undefined;
  private isOver = false;
  private running: Promise<void> = Promise.resolve();
  private brought = 0;

  private constructor(
    private readonly database: Database,
    private readonly options: ReporterOptions,
  ) {}

  static async start(database: Database, options: ReporterOptions): Promise<Reporter> {
    const reporter = new Reporter(database, options);
    reporter.socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    reporter.socket.on('data', (piece) => ((reporter.said += piece.toString('latin1')), reporter.hear()));
    reporter.socket.on('close', () => ((reporter.said += '421 closed\r\n'), reporter.hear()));
    await reporter.answer('220');
    await reporter.say('EHLO mx.bench.example', '250');
    reporter.running = reporter.report();
    // `end` reports the error.
    reporter.running.catch(() => undefined);
    return reporter;
  }

  /** Ends the reporter once nothing is under way, and resolves with the number of reports; rejects if a report was not accepted. */
  async end(): Promise<number> {
    this.isOver = true;
    await this.running;
    this.socket.destroy();
    return this.brought;
  }

  private async report(): Promise<void> {
    const since = performance.now();
    let last = '00000000-0000-0000-0000-000000000000';
    while (!this.isOver) {
      const sent = await this.database.rows<{ id: string; address: string }>(
        `SELECT d.id, r.address FROM dispatch.deliveries d JOIN dispatch.recipients r ON r.delivery_id = d.id
         WHERE d.id > $1 AND d.status = 'sent' ORDER BY d.id LIMIT ${AHEAD}`,
        [last],
      );
      if (sent.length === 0) await pause(100);
      for (const { id, address } of sent) {
        if (this.isOver) return;
        await this.bring(id, address);
        [last, this.brought] = [id, this.brought + 1];
        await pause(Math.max(0, (this.brought * 60_000) / this.options.perMinute - (performance.now() - since)));
      }
    }
  }

  private async bring(deliveryId: string, address: string): Promise<void> {
    const { domain, key } = this.options;
    const path = `${returnPathFor({ deliveryId, position: null }, [{ key }], new Date())}@${domain}`;
    await this.say('MAIL FROM:<>', '250');
    await this.say(`RCPT TO:<${path}>`, '250');
    await this.say('DATA', '354');
    await this.say(`${reportOn(address)}\r\n.`, '250');
  }

  private async say(line: string, expected: string): Promise<void> {
    this.socket.write(`${line}\r\n`);
    await this.answer(expected);
  }

  private async answer(expected: string): Promise<void> {
    while (!AN_ANSWER.test(this.said)) await new Promise<void>((resolve) => (this.hear = resolve));
    const said = this.said;
    this.said = '';
    if (!said.startsWith(expected)) throw new Error(`a report was answered by ${said.trim()}`);
  }
}

const reportOn = (address: string): string =>
  [
    'From: MAILER-DAEMON@mx.bench.example',
    'Subject: Undelivered Mail Returned to Sender',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
    '',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.bench.example',
    '',
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '',
    '--b1--',
  ].join('\r\n');
