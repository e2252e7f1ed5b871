// Reads what somebody types or pastes into a list of addresses: one address, a column or row of a spreadsheet, a To line of a mail program.
import { explainRecipient, type Mailbox } from '@billing-mail/contracts';

/** Returns the addresses in the order of the text, with their names if they have one. The addresses need not be valid. */
export function readAddressList(text: string): Mailbox[] {
  return text
    .split(/[\n\r]+/)
    .flatMap((line) => (line.includes('\t') ? readCells(line.split('\t')) : splitEntries(line).map(readEntry)))
    .filter(({ address }) => address !== '');
}

/** Reads a row of a spreadsheet. The first cell without an @ names a single address; the other cells are ignored. */
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

/** Adds the addresses that the list does not contain yet (case does not matter). Returns how many were added and how many were doubles. */
export function addAddresses(list: readonly Mailbox[], more: readonly Mailbox[]): { list: Mailbox[]; added: number; doubles: number } {
  const known = new Set(list.map(({ address }) => address.toLowerCase()));
  const fresh = more.filter(({ address }) => {
    const key = address.toLowerCase();
    return !known.has(key) && known.add(key);
  });
  return { list: [...list, ...fresh], added: fresh.length, doubles: more.length - fresh.length };
}

/** Returns the addresses that cannot be used, each with its reason. */
export function wrongAddresses(list: readonly Mailbox[]): { address: string; reason: string }[] {
  return list.flatMap(({ address }) => {
    const reason = explainRecipient(address);
    return reason === null ? [] : [{ address, reason }];
  });
}
