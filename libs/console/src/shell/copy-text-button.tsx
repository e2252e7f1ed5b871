import { Button, type ButtonProps, CopyButton } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';

/** How long the button says that it has copied: long enough to look back at it. */
const SAID_MS = 5000;

/** Button that copies a text and then says that it did. */
export function CopyTextButton({ text, ...props }: ButtonProps & { text: string }) {
  const { page } = useLanguage().words;
  return (
    <CopyButton value={text} timeout={SAID_MS}>
      {({ copied, copy }) => (
        <Button variant="default" {...props} onClick={copy}>
          {copied ? page.copied : page.copy}
        </Button>
      )}
    </CopyButton>
  );
}
