// Reads what somebody types or pastes into a list of addresses: one, a column or row of a spreadsheet, a To line of a mail program.
import { explainRecipient, type Mailbox } from '@billing-mail/contracts';

/** Addresses in the order in which they stand there, with their names where they have one; they need not be valid. */
export function readAddressList(text: string): Mailbox[] {
  return text
    .split(/[\n\r]+/)
    .flatMap((line) => (line.includes('\t') ? readCells(line.split('\t')) : splitEntries(line).map(readEntry)))
    .filter(({ address }) => address !== '');
}

/** A row of a spreadsheet: beside a single address, the first cell without an @ is its name; the other cells are ignored. */
function readCells(cells: readonly string[]): Mailbox[] {
  const found = cells
    .filter((cell) => cell.includes('@'))
    .flatMap(splitEntries)
    .map(readEntry);
  const [first] = found;
  const name = cells.map((cell) => unquoted(cell)).find((cell) => cell !== '' && !cell.includes('@'));
  return found.length === 1 && first !== undefined && first.name === undefined && name !== undefined ? [{ ...first, name }] : found;
}

// A comma within quotes belongs to the name: "Müller, Anna" <anna@example.com>.
function splitEntries(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^,;])+/g) ?? [];
}

function readEntry(entry: string): Mailbox {
  const named = /^\s*(.*?)\s*<\s*([^<>]*?)\s*>\s*$/s.exec(entry);
  if (named === null) return { address: unquoted(entry) };
  const name = unquoted(named[1] ?? '');
  return name === '' ? { address: named[2] ?? '' } : { address: named[2] ?? '', name };
}

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim();

/** Adds to a list what is not there yet (case does not matter), and says how many of each. */
export function addAddresses(list: readonly Mailbox[], more: readonly Mailbox[]): { list: Mailbox[]; added: number; doubles: number } {
  const known = new Set(list.map(({ address }) => address.toLowerCase()));
  const fresh = more.filter(({ address }) => {
    const key = address.toLowerCase();
    return !known.has(key) && known.add(key);
  });
  return { list: [...list, ...fresh], added: fresh.length, doubles: more.length - fresh.length };
}

/** The addresses that can't be used, each with its reason. */
export function wrongAddresses(list: readonly Mailbox[]): { address: string; reason: string }[] {
  return list.flatMap(({ address }) => {
    const reason = explainRecipient(address);
    return reason === null ? [] : [{ address, reason }];
  });
}
