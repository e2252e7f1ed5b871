import { TextInput } from '@mantine/core';

type Props = { label: string; note: string; onChange: (note: string) => void };

/** What somebody wants to be remembered of what they do with a delivery, as long as the service keeps it. */
export function NoteField({ label, note, onChange }: Props) {
  return <TextInput label={label} value={note} maxLength={500} onChange={(event) => onChange(event.currentTarget.value)} />;
}

/** As the service takes it: none where nothing is written. */
export const noted = (note: string): { note?: string } => (note.trim() === '' ? {} : { note: note.trim() });
