// A DNS server on loopback that answers from a table, denies that a name exists, fails, or keeps silent (RFC 1035 4).
import { createSocket } from 'node:dgram';

/** The records of a name. A name in the table exists even without a record of the type asked for. Exchangers: `10 mx.example`. */
type DnsRecords = { a?: string[]; mx?: string[]; txt?: string[]; afterMs?: number };
export type DnsAnswer = DnsRecords | 'unknown' | 'failing' | 'silent';
export type DnsServer = { address: string; close(): Promise<void> };

const RESPONSE_CODES = { unknown: 3, failing: 2 } as const;
const TYPES = { a: 1, mx: 15, txt: 16 } as const;

/** @param answers by name in lower case; other names are unknown. It may change while the server runs. */
export async function startDnsServer(answers: Readonly<Record<string, DnsAnswer>>): Promise<DnsServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    const answer = answers[name] ?? 'unknown';
    if (answer === 'silent') return;
    const known = typeof answer === 'object' ? answer : null;
    const records = known === null ? [] : recordsOf(known, type);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (typeof answer === 'object' ? 0 : RESPONSE_CODES[answer]), 2);
    header.writeUInt16BE(records.length, 6);
    header.fill(0, 8);
    const reply = Buffer.concat([header, query.subarray(12, end), ...records]);
    setTimeout(() => socket.send(reply, from.port, from.address), known?.afterMs ?? 0);
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

function recordsOf({ a = [], mx = [], txt = [] }: DnsRecords, type: number): Buffer[] {
  if (type === TYPES.a) return a.map((address) => record(type, Buffer.from(address.split('.').map(Number))));
  if (type === TYPES.txt) return txt.map((text) => record(type, Buffer.concat(stringsOf(text))));
  if (type !== TYPES.mx) return [];
  return mx.map((exchanger) => {
    const [preference = '0', name = '.'] = exchanger.split(' ');
    return record(type, Buffer.concat([numbers(Number(preference)), nameOf(name)]));
  });
}

/** Name (a pointer to the question), type, class IN, TTL 0 s (so that nobody caches it), length, data. */
const record = (type: number, data: Buffer): Buffer => Buffer.concat([numbers(0xc00c, type, 1, 0, 0, data.length), data]);

const numbers = (...values: number[]): Buffer => Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 0xff])));

const counted = (text: string): Buffer => Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1');

const nameOf = (name: string): Buffer => Buffer.concat([...name.split('.').filter(Boolean).map(counted), Buffer.from([0])]);

/** A text is cut into strings of at most 255 bytes. */
const stringsOf = (text: string): Buffer[] => (text.match(/.{1,255}/gs) ?? ['']).map(counted);
