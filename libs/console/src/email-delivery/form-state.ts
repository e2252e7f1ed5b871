// The state of the form: what is stored, what the reader has made of it, what is wrong, and how saving goes.
import { type EmailDeliveryView, type FieldError, type Locale } from '@billing-mail/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Dispatch, useReducer } from 'react';
import { type Clients } from '../api/clients.js';
import { useClients } from '../api/clients-context.js';
import { ProblemError } from '../api/problem.js';
import { useShowAnswer } from '../api/use-show-answer.js';
import { checkAtOnce, checkDraft } from './check-draft.js';
import { changedFields, type Draft, mergeDrafts, onePerField, toDraft } from './draft.js';
import { toCopies } from './type-copies.js';
import { historyKey, readSettings, saveSettings, settingsKey } from './settings-queries.js';

type State = {
  stored: EmailDeliveryView | null;
  base: Draft;
  draft: Draft;
  errors: readonly FieldError[];
  /** What somebody else has saved meanwhile. */
  theirs: EmailDeliveryView | null;
  hasSaved: boolean;
};

type Action =
  | { do: 'edit'; changes: Partial<Draft> }
  | { do: 'store'; stored: EmailDeliveryView }
  | { do: 'saved'; stored: EmailDeliveryView; sent: Draft }
  | { do: 'adopt'; stored: EmailDeliveryView }
  | { do: 'discard' }
  | { do: 'refuse'; errors: readonly FieldError[] }
  | { do: 'collide'; theirs: EmailDeliveryView }
  | { do: 'merge' };

const begin = (stored: EmailDeliveryView | null, locale: Locale): State => {
  const base = toDraft(stored, locale);
  return { stored, base, draft: base, errors: [], theirs: null, hasSaved: false };
};

function reduce(state: State, action: Action): State {
  switch (action.do) {
    case 'edit': {
      const draft = { ...state.draft, ...action.changes };
      // A mistake that is shown goes away as soon as it is corrected; new ones wait for the next save.
      const left = checkDraft(state.base, draft);
      const edited: readonly string[] = changedFields(state.draft, draft);
      const errors = state.errors.filter(
        ({ pointer, message }) =>
          left.some((error) => error.pointer === pointer) || (!isOurs(state, pointer, message) && !edited.includes(pointer)),
      );
      return { ...state, draft, errors, hasSaved: false };
    }
    case 'store':
      return begin(action.stored, action.stored.locale);
    case 'saved': {
      const now = begin(action.stored, action.stored.locale);
      // What was typed since the draft was sent is not saved yet.
      return { ...now, draft: mergeDrafts(action.sent, state.draft, now.base), hasSaved: true };
    }
    case 'adopt': {
      const base = toDraft(action.stored, action.stored.locale);
      return { ...state, stored: action.stored, base, draft: mergeDrafts(state.base, state.draft, base) };
    }
    case 'discard':
      return { ...state, draft: state.base, errors: [], hasSaved: false };
    case 'refuse':
      return { ...state, errors: action.errors };
    case 'collide':
      return { ...state, theirs: action.theirs };
    case 'merge': {
      if (state.theirs === null) return state;
      const base = toDraft(state.theirs, state.theirs.locale);
      return { ...state, stored: state.theirs, base, draft: mergeDrafts(state.base, state.draft, base), theirs: null, errors: [] };
    }
  }
}

// The page cannot check whether any other message of the service still applies, so such a message goes away when its field is edited.
function isOurs(state: State, pointer: string, message: string): boolean {
  return checkDraft(state.base, state.draft).some((error) => error.pointer === pointer && error.message === message);
}

/**
 * Saves the draft. A newer version in which all fields of the form are as they were is no conflict: a mailbox was connected or a certificate
 * set, perhaps by the same reader, and the page has not read it yet.
 */
async function save(clients: Clients, team: string, draft: Draft, { stored, base }: State): Promise<EmailDeliveryView> {
  try {
    return await saveSettings(clients, team, draft, stored?.version ?? null);
  } catch (error) {
    const newer = error instanceof ProblemError && error.status === 412 ? await readSettings(clients, team) : null;
    if (newer === null || hasOtherFields(base, newer)) throw error;
    return saveSettings(clients, team, draft, newer.version);
  }
}

const hasOtherFields = (base: Draft, stored: EmailDeliveryView): boolean => changedFields(base, toDraft(stored, stored.locale)).length > 0;

/** Saves the draft, and shows the service's answer. */
function useSaving(team: string, state: State, dispatch: Dispatch<Action>) {
  const clients = useClients();
  const queryClient = useQueryClient();
  const show = useShowAnswer();
  return useMutation({
    mutationFn: (sent: Draft) => save(clients, team, sent, state),
    onSuccess: (saved, sent) => {
      show(settingsKey(team), saved);
      void queryClient.invalidateQueries({ queryKey: historyKey(team) });
      dispatch({ do: 'saved', stored: saved, sent });
    },
    onError: async (error, sent) => {
      if (!(error instanceof ProblemError)) return;
      if (error.errors.length > 0) dispatch({ do: 'refuse', errors: onePerField(error.errors, toCopies(sent)) });
      if (error.status !== 412) return;
      const theirs = await readSettings(clients, team);
      if (theirs !== null) dispatch({ do: 'collide', theirs });
    },
  });
}

/** Returns the form of a team; `stored` is the last answer of the service. */
export function useFormState(team: string, stored: EmailDeliveryView | null, locale: Locale) {
  const show = useShowAnswer();
  const [state, dispatch] = useReducer(reduce, stored, (first) => begin(first, locale));
  const changed = changedFields(state.base, state.draft);

  const saving = useSaving(team, state, dispatch);

  // What somebody else saved is shown at once if nothing is being edited.
  const isNewer = stored !== null && stored.version > (state.stored?.version ?? 0);
  if (isNewer && !saving.isPending && state.theirs === null) {
    if (changed.length === 0) dispatch({ do: 'store', stored });
    // A mailbox was connected or a certificate set. The form has no field for these, so there is nothing to ask the reader.
    else if (!hasOtherFields(state.base, stored)) dispatch({ do: 'adopt', stored });
  }

  return {
    ...state,
    changed,
    /** The mistakes that the fields show: those in `errors`, which saving or testing found, and those that are shown at once. */
    marked: [
      ...state.errors,
      ...checkAtOnce(state.draft).filter(({ pointer }) => !state.errors.some((error) => error.pointer === pointer)),
    ],
    saving,
    edit: (changes: Partial<Draft>) => dispatch({ do: 'edit', changes }),
    discard: () => {
      saving.reset();
      dispatch({ do: 'discard' });
    },
    takeTheirs: () => {
      saving.reset();
      if (state.theirs !== null) {
        show(settingsKey(team), state.theirs);
        dispatch({ do: 'store', stored: state.theirs });
      }
    },
    merge: () => {
      saving.reset();
      dispatch({ do: 'merge' });
    },
    /** Shows what is wrong with the fields below a pointer, and returns the first mistake. */
    check: (below: string): FieldError | null => {
      const errors = checkDraft(state.base, state.draft).filter(({ pointer }) => pointer.startsWith(below));
      dispatch({ do: 'refuse', errors });
      return errors[0] ?? null;
    },
    /** Saves, or shows what is wrong and returns the first mistake. */
    save: (): FieldError | null => {
      const errors = checkDraft(state.base, state.draft);
      dispatch({ do: 'refuse', errors });
      if (errors.length === 0) saving.mutate(state.draft);
      return errors[0] ?? null;
    },
  };
}

export type FormState = ReturnType<typeof useFormState>;
