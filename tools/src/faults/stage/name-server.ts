// A DNS server on loopback whose answers the campaign changes as it likes, and the way to make a process ask it.
import { createSocket, type Socket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What it says of a name: its address (after another one, `before`), that there is none, SERVFAIL, an address after a while, or nothing. */
export type DnsAnswer = { address: string; before?: string; afterMs?: number } | 'unknown' | 'failing' | 'silent';

// RFC 1035 4.1.1: name error and server failure.
const RESPONSE_CODES = { unknown: 3, failing: 2 } as const;
const TYPE_A = 1;

export class NameServer {
  /** By name in lower case; other names are unknown. */
  readonly answers = new Map<string, DnsAnswer>();
  private readonly socket: Socket = createSocket('udp4');

  static async start(): Promise<NameServer> {
    const server = new NameServer();
    server.socket.on('message', (query, from) => server.answer(query, from));
    await new Promise<void>((resolve) => server.socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  /**
   * The words before a command that make it ask this server and no other: a mount namespace with a resolv.conf of its own, as
   * c-ares takes its servers from there only. `null` where that is not allowed.
   */
  prefixFor(folder: string): string[] | null {
    const file = join(folder, 'resolv.conf');
    writeFileSync(file, `nameserver 127.0.0.1:${this.socket.address().port}\noptions timeout:1 attempts:2\n`, { mode: 0o644 });
    const prefix = ['unshare', '--mount', 'sh', '-c', `mount --bind '${file}' /etc/resolv.conf && exec "$@"`, 'sh'];
    try {
      const [command = '', ...args] = prefix;
      execFileSync(command, [...args, 'true'], { stdio: 'ignore' });
      return prefix;
    } catch {
      return null; // no root, no unshare, or no resolv.conf to mount over
    }
  }

  close(): void {
    this.socket.close();
  }

  private answer(query: Buffer, from: { port: number; address: string }): void {
    const { name, type, end } = questionOf(query);
    const answer = this.answers.get(name) ?? 'unknown';
    if (answer === 'silent') return;
    const known = typeof answer === 'object';
    const records = known && type === TYPE_A ? [answer.before ?? [], answer.address].flat().map(recordOf) : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (known ? 0 : RESPONSE_CODES[answer]), 2);
    header.writeUInt16BE(records.length, 6);
    header.fill(0, 8);
    const reply = Buffer.concat([header, query.subarray(12, end), ...records]);
    setTimeout(() => this.socket.send(reply, from.port, from.address), known ? (answer.afterMs ?? 0) : 0);
  }
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function recordOf(address: string): Buffer {
  // Name by pointer to the question, type A, class IN, 0 s (nobody may keep it), four bytes.
  return Buffer.concat([Buffer.from('c00c00010001000000000004', 'hex'), Buffer.from(address.split('.').map(Number))]);
}
