// Records every state that is written, whichever statement writes it: triggers note each new delivery and recipient
// and each change of their status.
import { type Database } from './database.js';

/** A change of `status` as it was written; `from` is "born" for a new row. */
export type WrittenState = { kind: 'delivery' | 'recipient'; from: string; to: string };

const WATCHED = { deliveries: 'delivery', recipients: 'recipient' } as const;

/** Starts to record every change. */
export async function watchStates(database: Database): Promise<void> {
  // No primary key: two statements that write the same changes in a different order would deadlock.
  await database.rows('CREATE TABLE public.written_states (kind text, "from" text, "to" text)');
  await database.rows(`
    CREATE FUNCTION public.note_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.written_states VALUES (TG_ARGV[0], CASE WHEN TG_OP = 'INSERT' THEN 'born' ELSE OLD.status END, NEW.status);
      RETURN NULL;
    END $$`);
  for (const [table, kind] of Object.entries(WATCHED)) {
    const note = `EXECUTE FUNCTION public.note_state('${kind}')`;
    await database.rows(`CREATE TRIGGER note_birth AFTER INSERT ON dispatch.${table} FOR EACH ROW ${note}`);
    await database.rows(
      `CREATE TRIGGER note_change AFTER UPDATE ON dispatch.${table} FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) ${note}`,
    );
  }
}

/** Returns the recorded changes, each once. */
export function readWrittenStates(database: Database): Promise<WrittenState[]> {
  return database.rows<WrittenState>('SELECT DISTINCT kind, "from", "to" FROM public.written_states ORDER BY kind, "from", "to"');
}
