// Copies that only some types of documents get. The form has two lists for each type; the settings store types with equal lists together.
import {
  copiesOfType,
  DOCUMENT_TYPES,
  type DocumentType,
  type EmailDeliveryView,
  type FieldError,
  type Mailbox,
} from '@billing-mail/contracts';

export type CopyPointer = `/copies/${DocumentType}/${'cc' | 'bcc'}`;
export type TypeCopies = Record<CopyPointer, Mailbox[]>;
export type StoredCopies = EmailDeliveryView['copies'];

export const copyPointer = (type: DocumentType, list: 'cc' | 'bcc'): CopyPointer => `/copies/${type}/${list}`;
const POINTERS_OF_TYPES = DOCUMENT_TYPES.flatMap((type) => [copyPointer(type, 'cc'), copyPointer(type, 'bcc')]);
/** The name of each field is its pointer. */
export const COPY_FIELDS = Object.fromEntries(POINTERS_OF_TYPES.map((pointer) => [pointer, pointer])) as { [P in CopyPointer]: P };

export function toTypeCopies(stored: StoredCopies): TypeCopies {
  const lists = DOCUMENT_TYPES.flatMap((type) => {
    const { cc, bcc } = copiesOfType(stored, type);
    return [
      [copyPointer(type, 'cc'), cc],
      [copyPointer(type, 'bcc'), bcc],
    ] as const;
  });
  return Object.fromEntries(lists) as TypeCopies;
}

/** Returns what is written: the stored copies if nothing has changed; otherwise types with the same lists stand together. */
export function toCopies(draft: TypeCopies & { copies: StoredCopies }): StoredCopies {
  const before = toTypeCopies(draft.copies);
  if (POINTERS_OF_TYPES.every((pointer) => JSON.stringify(before[pointer]) === JSON.stringify(draft[pointer]))) return draft.copies;
  const groups = new Map<string, StoredCopies[number]>();
  for (const type of DOCUMENT_TYPES) {
    const lists = { cc: draft[copyPointer(type, 'cc')], bcc: draft[copyPointer(type, 'bcc')] };
    if (lists.cc.length + lists.bcc.length === 0) continue;
    const key = JSON.stringify(lists);
    groups.set(key, { types: [...(groups.get(key)?.types ?? []), type], ...lists });
  }
  return [...groups.values()];
}

/** Turns a mistake in the written lists into one of the form. */
export function toFormError({ pointer, message }: FieldError, written: StoredCopies): FieldError {
  const [, index = '', list] = /^\/copies\/(\d+)\/(cc|bcc)\b/.exec(pointer) ?? [];
  const [type] = written[Number(index)]?.types ?? [];
  return { pointer: type === undefined || index === '' ? pointer : copyPointer(type, list === 'bcc' ? 'bcc' : 'cc'), message };
}
