// Two small services that Postfix asks over TCP, line by line: a greylist (its policy delegation protocol) and a sign-in (Dovecot's protocol).
import { createServer, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';

export type LineService = { port: number; close(): void };

/** Defers each recipient with these words until `forMs` milliseconds after the first request for it; for ever if `forMs` is negative. */
export function startGreylist(words: string, forMs: number): Promise<LineService> {
  const firstSeen = new Map<string, number>();
  return listen((socket, lines) => {
    // A request has one attribute per line and ends with an empty line (SMTPD_POLICY_README).
    const question = new Map<string, string>();
    return () => {
      for (const line of lines()) {
        const [name = '', ...value] = line.split('=');
        if (line !== '') {
          question.set(name, value.join('='));
          continue;
        }
        const who = question.get('recipient') ?? '';
        const since = firstSeen.get(who) ?? Date.now();
        firstSeen.set(who, since);
        socket.write(`action=${Date.now() - since >= forMs && forMs >= 0 ? 'DUNNO' : `DEFER_IF_PERMIT ${words}`}\n\n`);
        question.clear();
      }
    };
  });
}

/** Lets in everybody who signs in by PLAIN. */
export function startSignIn(): Promise<LineService> {
  return listen((socket, lines) => {
    socket.write(`VERSION\t1\t1\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t${'0'.repeat(32)}\nDONE\n`);
    return () => {
      for (const line of lines()) {
        const [command, id] = line.split('\t');
        if (command === 'AUTH') socket.write(`OK\t${id}\tuser=billing\n`);
      }
    };
  });
}

function listen(onConnection: (socket: Socket, lines: () => string[]) => () => void): Promise<LineService> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    let rest = '';
    sockets.add(socket);
    const onLines = onConnection(socket, () => {
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      return lines;
    });
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      rest += bytes.toString('utf8');
      onLines();
    });
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      }),
    ),
  );
}
