// A DNS server on loopback that answers from a table, refuses, fails or keeps silent (RFC 1035 4).
import { createSocket } from 'node:dgram';

export type DnsAnswer = { a: string[] } | 'unknown' | 'failing' | 'silent';

const RESPONSE_CODES = { unknown: 3, failing: 2 } as const;
const TYPE_A = 1;

export async function startDnsServer(answers: Readonly<Record<string, DnsAnswer>>): Promise<{ address: string; close(): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    const answer = answers[name] ?? 'unknown';
    if (answer === 'silent') return;
    const addresses = typeof answer === 'object' && type === TYPE_A ? answer.a : [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (typeof answer === 'object' ? 0 : RESPONSE_CODES[answer]), 2);
    header.writeUInt16BE(addresses.length, 6);
    header.fill(0, 8);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...addresses.map(recordOf)]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
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
  // Name by pointer to the question, type A, class IN, 60 s, four bytes.
  return Buffer.concat([Buffer.from('c00c00010001000000' + '3c0004', 'hex'), Buffer.from(address.split('.').map(Number))]);
}
