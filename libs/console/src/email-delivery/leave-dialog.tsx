import { Button, Modal, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { forgetDraft } from '../session/kept-draft.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { guardNavigation, releaseNavigation } from '../shell/navigation-guard.js';
import { useLanguage } from '../words/words-context.js';

/** Asks before a reader leaves unsaved changes; `changes` is their number. */
export function LeaveDialog({ changes }: { changes: number }) {
  const words = useLanguage().words.settings.leave;
  const [leave, setLeave] = useState<{ go: () => void } | null>(null);
  const isDirty = changes > 0;
  useEffect(() => (isDirty ? guardNavigation((go) => setLeave({ go })) : undefined), [isDirty]);
  const confirm = (): void => {
    releaseNavigation();
    forgetDraft();
    leave?.go();
    setLeave(null);
  };
  return (
    <Modal opened={leave !== null} onClose={() => setLeave(null)} title={words.title} centered>
      <Text>{words.text(changes)}</Text>
      <DialogFoot>
        <Button onClick={() => setLeave(null)} data-autofocus>
          {words.stay}
        </Button>
        <Button color="red" variant="outline" onClick={confirm}>
          {words.leave}
        </Button>
      </DialogFoot>
    </Modal>
  );
}
