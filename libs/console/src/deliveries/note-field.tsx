import { TextInput } from '@mantine/core';

type Props = { label: string; note: string; onChange: (note: string) => void };

/** Field for a note about what somebody does with a delivery. The note is kept as long as the delivery. */
export function NoteField({ label, note, onChange }: Props) {
  return <TextInput label={label} value={note} maxLength={500} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** Returns the note in the form of the API, without `note` if nothing is written. */
export const noted = (note: string): { note?: string } => (note.trim() === '' ? {} : { note: note.trim() });
