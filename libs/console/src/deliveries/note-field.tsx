import { TextInput } from '@mantine/core';

type Props = { label: string; note: string; onChange: (note: string) => void };

/** A note about what somebody does with a delivery; it is kept as long as the delivery. */
export function NoteField({ label, note, onChange }: Props) {
  return <TextInput label={label} value={note} maxLength={500} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** The note in the form of the API; none if nothing is written. */
export const noted = (note: string): { note?: string } => (note.trim() === '' ? {} : { note: note.trim() });
