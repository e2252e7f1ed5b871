import { createTransport } from 'nodemailer';
import { connect, type Socket } from 'node:net';
import { tlsCertificates } from '@billing-mail/testkit';
import { SmtpSink } from './smtp-sink.js';

const MESSAGE =
  'MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nRCPT TO:<c@x.example>\r\nDATA\r\nSubject: x\r\n\r\nHello\r\n..\r\n.\r\n';

/** Sends the text in pieces of that many bytes, and reads until the answer to QUIT. */
async function converse(port: number, text: string, pieceBytes: number): Promise<string> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const answer = (async () => {
    let heard = '';
    for await (const piece of socket) heard += String(piece);
    return heard;
  })();
  for (let at = 0; at < text.length; at += pieceBytes) {
    socket.write(text.slice(at, at + pieceBytes));
    // Each piece is sent in an event loop turn of its own, so that it also arrives as a piece of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answer;
}

describe('the sink', () => {
  let sink: SmtpSink;
  afterEach(() => sink.close());

  it.each([1, 2, 3, 5, 7, 1000])('takes pipelined messages that arrive in pieces of %d bytes', async (pieceBytes) => {
    sink = new SmtpSink();
    const port = await sink.listen();
    const answers = await converse(port, `EHLO x\r\n${MESSAGE}${MESSAGE}QUIT\r\n`, pieceBytes);
    expect(sink.totals).toMatchObject({ messages: 2, recipients: 4, connections: 1, signed: 0 });
    expect(answers.match(/^250 2\.0\.0 taken\r$/gm)).toHaveLength(2);
    expect(sink.arrivals.map(({ recipient }) => recipient)).toEqual(['b@x.example', 'b@x.example']);
    await expect(sink.reach(3)).resolves.toBe(sink.arrivals[1]?.at);
  });

  it('sees that a message is signed, wherever the pieces end', async () => {
    sink = new SmtpSink();
    const signed = MESSAGE.replace('Subject: x', 'Content-Type: multipart/signed; boundary=x');
    await converse(await sink.listen(), `EHLO x\r\n${signed}${MESSAGE}${signed}QUIT\r\n`, 7);
    expect(sink.totals).toMatchObject({ messages: 3, signed: 2 });
  });

  it('answers in order, and late, where it is far away', async () => {
    sink = new SmtpSink({ roundTripMs: 20 });
    const port = await sink.listen();
    const since = performance.now();
    const answers = await converse(port, `EHLO x\r\n${MESSAGE}QUIT\r\n`, 1000);
    // A lower bound: the greeting comes after two round trips, and commands sent before it are answered one round trip after they arrived.
    expect(performance.now() - since).toBeGreaterThanOrEqual(39);
    expect(answers.match(/^\d{3} /gm)).toEqual(['220 ', '250 ', '250 ', '250 ', '250 ', '354 ', '250 ', '221 ']);
  });

  it('tells when so many recipients were served', async () => {
    sink = new SmtpSink();
    const port = await sink.listen();
    const reached = sink.reach(2);
    await converse(port, `EHLO x\r\n${MESSAGE}QUIT\r\n`, 1000);
    await expect(reached).resolves.toBe(sink.arrivals[0]?.at);
  });

  it('speaks TLS, takes a login, and sees what is signed', async () => {
    const certificates = tlsCertificates();
    sink = new SmtpSink({ tls: { keyPem: certificates.keyPem, certificatePem: certificates.chainOf('good') } });
    const port = await sink.listen();
    const transport = createTransport({
      host: '127.0.0.1',
      port,
      requireTLS: true,
      auth: { user: 'billing', pass: 'secret' },
      tls: { ca: certificates.caPem },
    });
    const raw = 'Content-Type: multipart/signed; boundary=x\r\n\r\nHello\r\n';
    await transport.sendMail({ envelope: { from: 'a@x.example', to: ['b@x.example'] }, raw });
    expect(sink.totals).toMatchObject({ messages: 1, signed: 1 });
    transport.close();
  });

  it('refuses every sender where it is told to', async () => {
    sink = new SmtpSink({ refuses: true });
    const answers = await converse(await sink.listen(), 'EHLO x\r\nMAIL FROM:<a@x.example>\r\nQUIT\r\n', 1000);
    expect(answers).toContain('451 4.3.0');
    expect(sink.totals.messages).toBe(0);
  });
});
