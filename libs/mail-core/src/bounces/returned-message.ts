// The message that a report returns, or what is left of its header: tells whether it may be ours, and for whom the copy was.
import { addressesIn, type KnownRecipients } from './addresses.js';
import { decodeWords, field, fieldText, type HeaderFields } from './header-fields.js';
import { bareMessageId } from '../replies/message-aliases.js';

/** More addresses than we show in To and Cc. Each of them is looked up, so their number is bounded. */
const MAX_ADDRESSES = 4000;

export class ReturnedMessage {
  /** The recipients that Exim, Google and others name in the report's own header. */
  readonly failedRecipients: readonly string[];

  constructor(
    private readonly fields: HeaderFields,
    failedRecipients: string,
  ) {
    this.failedRecipients = addressesIn(decodeWords(failedRecipients))
      .slice(0, MAX_ADDRESSES)
      .map((found) => found.address);
  }

  get senders(): readonly string[] {
    return ['from', 'sender', 'reply-to', 'return-path'].map((name) => fieldText(this.fields, name));
  }

  /** Returns `false` if this is certainly another message, with another Message-ID and none of our recipients. */
  mayBeOneOf(messageIds: readonly string[], known: KnownRecipients): boolean {
    const own = bareMessageId(field(this.fields, 'message-id'));
    if (messageIds.some((id) => bareMessageId(id) === own)) return true;
    if (this.addresses(['to', 'cc', 'x-original-to', 'delivered-to']).some((address) => known.find(address) !== null)) return true;
    if (this.failedRecipients.some((address) => known.find(address) !== null)) return true;
    const namesOthers = this.addresses(['to', 'cc']).length > 0;
    return own === '' ? !namesOthers : messageIds.length === 0 && !namesOthers;
  }

  /** Returns the recipient of ours for whom the copy was on its last way, if servers noted exactly one. */
  lastRecipient(known: KnownRecipients): string | null {
    const noted = [...this.failedRecipients, ...this.addresses(['x-original-to', 'delivered-to', 'x-envelope-to']), ...this.receivedFor()];
    const ours = new Set(noted.map((address) => known.find(address)).filter((recipient) => recipient !== null));
    return ours.size === 1 ? [...ours][0]! : null;
  }

  private addresses(names: readonly string[]): string[] {
    const found: string[] = [];
    for (const value of names.flatMap((name) => this.fields.get(name) ?? []))
      if (found.length < MAX_ADDRESSES) found.push(...addressesIn(decodeWords(value)).map(({ address }) => address));
    return found;
  }

  /** RFC 5321 4.4: `for` names a recipient only if the transaction had exactly one. */
  private receivedFor(): string[] {
    return (this.fields.get('received') ?? [])
      .map((value) => /\bfor\s+<([^<>\s]{3,320})>/i.exec(value)?.[1])
      .filter((address) => address !== undefined);
  }
}
