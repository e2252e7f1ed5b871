// The return path (MAIL FROM) of a delivery, to which reports about it come back. The address names the delivery, and only we can make one.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Keys of the return path: new addresses are made with the first one and recognised with any of them. */
export type ReturnPathKeys = readonly { key: Buffer }[];

/** What an address on the return path stands for. */
export type ReturnPath = {
  deliveryId: string;
  /** The recipient for whom it was made; `null` if one address serves the whole delivery, or many recipients of a very large one. */
  position: number | null;
};

/**
 * How many days a return path is valid. Servers try for five days (RFC 5321 4.5.4.1), and some mailboxes answer later. A sender who comes
 * after that knows the address from elsewhere.
 */
export const RETURN_PATH_DAYS = 30;

const PREFIX = 'b+';
const DAY_MS = 24 * 60 * 60 * 1000;
const ID_BYTES = 16;
const DAY_BYTES = 2;
const POSITION_BYTES = 2;
const MOST_POSITION = 256 ** POSITION_BYTES - 1;
/** 80 bits suffice, because only the listener can tell whether a guess is right. */
const MAC_BYTES = 10;
/** Base32 (RFC 4648 6, without padding): mail servers may write a local part in capitals, so the alphabet does not depend on case. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Returns the local part of the return path of a delivery, at most 50 characters. Costs one HMAC. It names no recipient beyond position
 * 65,535: a report about such a recipient is matched by the address that the report names.
 * @throws RangeError if there is no key
 */
export function returnPathFor({ deliveryId, position }: ReturnPath, keys: ReturnPathKeys, now: Date): string {
  const [current] = keys;
  if (current === undefined) throw new RangeError('No key is configured for return paths.');
  const isNamed = position !== null && position <= MOST_POSITION;
  const named = Buffer.alloc(ID_BYTES + DAY_BYTES + (isNamed ? POSITION_BYTES : 0));
  named.write(deliveryId.replaceAll('-', ''), 'hex');
  named.writeUInt16BE(dayOf(now), ID_BYTES);
  if (isNamed) named.writeUInt16BE(position, ID_BYTES + DAY_BYTES);
  return `${PREFIX}${toBase32(Buffer.concat([named, macOf(named, current.key)]))}`;
}

/** Returns what the local part of an address stands for; `forged` if none of the keys made it, `expired` if its time is over. */
export function readReturnPath(localPart: string, keys: ReturnPathKeys, now: Date): ReturnPath | 'forged' | 'expired' {
  const local = localPart.toLowerCase();
  const bytes = local.startsWith(PREFIX) ? fromBase32(local.slice(PREFIX.length)) : null;
  const length = bytes === null ? -1 : bytes.length - MAC_BYTES - ID_BYTES - DAY_BYTES;
  if (bytes === null || (length !== 0 && length !== POSITION_BYTES)) return 'forged';
  const [named, mac] = [bytes.subarray(0, -MAC_BYTES), bytes.subarray(-MAC_BYTES)];
  if (!keys.some(({ key }) => timingSafeEqual(macOf(named, key), mac))) return 'forged';
  const age = dayOf(now) - named.readUInt16BE(ID_BYTES);
  // The clocks of two machines may be on either side of midnight.
  if (age < -1 || age > RETURN_PATH_DAYS) return 'expired';
  const id = named.toString('hex', 0, ID_BYTES);
  return {
    deliveryId: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-'),
    position: length === 0 ? null : named.readUInt16BE(ID_BYTES + DAY_BYTES),
  };
}

/** Whole days since 1970; two bytes last until 2149. */
const dayOf = (now: Date): number => Math.floor(now.getTime() / DAY_MS);

const macOf = (named: Buffer, key: Buffer): Buffer =>
  createHmac('sha256', key).update('return path\n').update(named).digest().subarray(0, MAC_BYTES);

function toBase32(bytes: Buffer): string {
  let text = '';
  let [held, bits] = [0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((held >> (bits - 5)) & 31);
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (5 - bits)) & 31);
}

/** Decodes Base32. Returns `null` for anything that `toBase32` does not write, so that each token has exactly one form. */
function fromBase32(text: string): Buffer | null {
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >> bits);
    held &= (1 << bits) - 1;
  }
  const decoded = Buffer.from(bytes);
  return toBase32(decoded) === text ? decoded : null;
}
