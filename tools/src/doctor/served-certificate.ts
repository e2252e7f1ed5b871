// Reads the certificate that a server presents, whatever its issuer and name: whoever uses the connection decides whether to trust it.
import { once } from 'node:events';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** The protocol that is spoken before the TLS handshake. */
type Opening = 'none' | 'postgres' | 'smtp';
export type ServerWithTls = { host: string; port: number; opening: Opening };

const ANSWER_MS = 15_000;

/** Resolves with the end of its validity. @throws Error saying why it cannot be determined */
export async function servedCertificateEnd({ host, port, opening }: ServerWithTls): Promise<Date> {
  const socket = connectPlain({ host, port });
  const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), ANSWER_MS);
  try {
    await once(socket, 'connect');
    await OPENINGS[opening](socket);
    const secure = connectTls({ socket, rejectUnauthorized: false, ...(isIP(host) === 0 ? { servername: host } : {}) });
    await once(secure, 'secureConnect');
    const { valid_to: end } = secure.getPeerCertificate();
    secure.destroy();
    return new Date(end);
  } finally {
    clearTimeout(timer);
    socket.on('error', () => undefined).destroy();
  }
}

const OPENINGS: Record<Opening, (socket: Socket) => Promise<void>> = {
  none: async () => undefined,
  // SSLRequest of PostgreSQL's protocol: length 8, code 80877103. The server answers "S" if it speaks TLS.
  postgres: async (socket) => {
    socket.write(Buffer.from('0000000804d2162f', 'hex'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.toString('latin1') !== 'S') throw new Error('it does not speak TLS');
  },
  smtp: async (socket) => {
    await reply(socket);
    socket.write('EHLO [127.0.0.1]\r\n');
    await reply(socket);
    socket.write('STARTTLS\r\n');
    const answer = await reply(socket);
    if (!answer.startsWith('220')) throw new Error('it does not offer STARTTLS');
  },
};

/** Reads an SMTP reply. Its last line has a space after the code (RFC 5321 4.2.1). */
async function reply(socket: Socket): Promise<string> {
  for (let text = ''; ;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    text = (text + chunk.toString('latin1')).slice(-64 * 1024);
    const last = /(?:^|\n)(\d{3} .*)\r\n$/.exec(text)?.[1];
    if (last !== undefined) return last;
  }
}
