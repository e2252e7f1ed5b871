// The form "E-mail delivery": its sections in the order in which a clerk thinks of them.
import { Alert, Stack } from '@mantine/core';
import { type EmailDeliveryView, type FieldError } from '@billing-mail/contracts';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ProblemError } from '../api/problem.js';
import { type TeamRole } from '../session/read-token.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';
import { CertificateSection } from './certificate-section.js';
import { CompanySection } from './company-section.js';
import { ConflictDialog } from './conflict-dialog.js';
import { ConnectionTest } from './connection-test.js';
import { CopiesSection } from './copies-section.js';
import { ErrorSummary } from './error-summary.js';
import { EditingContext, type Editing } from './editing.js';
import { useFormState } from './form-state.js';
import { HistorySection } from './history-section.js';
import { KeptChanges } from './kept-changes.js';
import { LeaveDialog } from './leave-dialog.js';
import { MethodSection } from './method-section.js';
import { NotifySection } from './notify-section.js';
import { NowStrip } from './now-strip.js';
import { SaveBar } from './save-bar.js';
import { ServerSection } from './server-section.js';
import { TypeCopiesSection } from './type-copies-section.js';
import { WhoMayChange } from './who-may-change.js';

type Props = { team: string; role: TeamRole; stored: EmailDeliveryView | null };

export function SettingsForm({ team, role, stored }: Props) {
  const { words, locale } = useLanguage();
  const form = useFormState(team, stored, locale);
  const summary = useRef<HTMLDivElement>(null);
  const trouble = useRef<HTMLDivElement>(null);
  // A link may lead to the field that has to be corrected.
  useEffect(() => document.getElementById(window.location.hash.slice(1))?.focus(), []);
  // The summary exists only after the next paint; the focus leads users there who do not see it.
  const leadTo = (wrong: FieldError | null): boolean => {
    if (wrong !== null) requestAnimationFrame(() => summary.current?.focus());
    return wrong === null;
  };
  const [openedAt] = useState(() => Date.now());
  const certificate = form.stored?.certificate ?? null;
  const ownSignature = certificate === null ? 'none' : Date.parse(certificate.validTo) > openedAt ? 'valid' : 'expired';
  const editing: Editing = {
    draft: form.draft,
    base: form.base,
    errors: form.marked,
    isReadOnly: role === 'member',
    edit: form.edit,
    check: (below) => leadTo(form.check(below)),
    ownSignature,
  };
  const failure = form.saving.error;
  // Summary and error stand far above the button that saves.
  useEffect(() => {
    if (failure !== null) requestAnimationFrame(() => (summary.current ?? trouble.current)?.focus());
  }, [failure]);
  const isShownElsewhere = failure instanceof ProblemError && (failure.status === 412 || failure.errors.length > 0);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    leadTo(form.save());
  };

  return (
    <EditingContext value={editing}>
      <form onSubmit={submit} noValidate>
        <Stack gap="lg">
          {role === 'member' ? (
            <Alert
              color="gray"
              variant="outline"
              bd="1px solid var(--mantine-color-default-border)"
              title={words.settings.save.readOnlyTitle}
            >
              <WhoMayChange team={team} />
            </Alert>
          ) : null}
          {role === 'admin' ? <KeptChanges team={team} form={form} /> : null}
          <NowStrip team={team} stored={form.stored} />
          {form.errors.length > 0 ? <ErrorSummary ref={summary} errors={form.errors} /> : null}
          {failure && !isShownElsewhere ? (
            <Trouble ref={trouble} error={failure} title={words.settings.save.failed} onRetry={() => void form.save()} />
          ) : null}
          <CompanySection />
          <CopiesSection />
          <TypeCopiesSection />
          <MethodSection />
          {form.draft.sender === 'custom' ? <ServerSection team={team} /> : null}
          {form.draft.sender === 'custom' && role === 'admin' ? <ConnectionTest team={team} /> : null}
          {form.draft.sender === 'custom' ? (
            <CertificateSection team={team} certificate={certificate} hasServer={(form.stored?.smtp ?? null) !== null} />
          ) : null}
          <NotifySection team={team} />
          {form.stored === null ? null : <HistorySection team={team} />}
        </Stack>
        {role === 'admin' ? <SaveBar form={form} /> : null}
      </form>
      <ConflictDialog
        team={team}
        base={form.base}
        mine={form.draft}
        theirs={form.theirs}
        onMerge={form.merge}
        onTakeTheirs={form.takeTheirs}
      />
      <LeaveDialog changes={role === 'admin' ? form.changed.length : 0} />
    </EditingContext>
  );
}
