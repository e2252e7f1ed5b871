import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { CopyTextButton } from '../shell/copy-text-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { useLanguage } from '../words/words-context.js';

/** Shows a secret for the only time, so that neither a click beside it nor Escape closes the dialog. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const say = useLanguage().words.webhooks.secret;
  return (
    <Modal opened onClose={onClose} title={say.title} centered withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false}>
      <Stack gap="md">
        <Text>{say.text}</Text>
        <Code block className="breakable" data-secret>
          {secret}
        </Code>
      </Stack>
      <DialogFoot>
        <CopyTextButton text={secret} />
        <Button onClick={onClose}>{say.done}</Button>
      </DialogFoot>
    </Modal>
  );
}
