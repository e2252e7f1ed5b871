import { type FieldError } from '@billing-mail/contracts';
import { type ChangeEvent, createContext, useContext } from 'react';
import { fieldId } from '../paths.js';
import { useLanguage } from '../words/words-context.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { PASSWORD_AGAIN } from './check-draft.js';
import { type Draft, DRAFT_FIELDS, type Pointer } from './draft.js';

type OwnSignature = 'valid' | 'expired' | 'none';

/** What the sections of the form share. */
export type Editing = {
  draft: Draft;
  base: Draft;
  errors: readonly FieldError[];
  isReadOnly: boolean;
  /** How what goes out by the team's own server is signed with the team's certificate. With one that has expired, nothing goes out. */
  ownSignature: OwnSignature;
  edit: (changes: Partial<Draft>) => void;
  /** Marks what is wrong with the fields below a pointer and leads the reader there. Returns `false` if something is wrong. */
  check: (below: string) => boolean;
};

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (editing === null) throw new Error('useEditing is used outside of the form.');
  return editing;
}

/** Returns a function that says in the reader's language what is wrong with a field. */
export function useFieldMessage(): (error: FieldError) => string {
  const { words, locale } = useLanguage();
  return ({ message }) => (message === PASSWORD_AGAIN ? words.settings.server.passwordAgain : sayFieldMessage(message, locale));
}

/** Returns the properties that every input of the form has: its id, its mistake, and whether it may be changed. */
export function useField(pointer: Pointer): { id: string; error: string | null; readOnly: boolean } {
  const { errors, isReadOnly } = useEditing();
  const say = useFieldMessage();
  const error = errors.find((each) => each.pointer === pointer);
  return { id: fieldId(pointer), error: error ? say(error) : null, readOnly: isReadOnly };
}

type Fields = typeof DRAFT_FIELDS;
/** Pointers of the fields that hold any text. */
type TextPointer = { [P in Pointer]: [Draft[Fields[P]], string] extends [string, Draft[Fields[P]]] ? P : never }[Pointer];

/** Returns the properties of an input for text: also the text itself, and what happens when it changes. */
export function useTextField(pointer: TextPointer) {
  const { draft, edit } = useEditing();
  const name = DRAFT_FIELDS[pointer];
  return {
    ...useField(pointer),
    value: draft[name],
    onChange: ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => edit({ [name]: value }),
  };
}
