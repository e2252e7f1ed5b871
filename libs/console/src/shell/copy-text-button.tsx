import { Button, type ButtonProps, CopyButton } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';

/** Button that copies a text and then says that it did. */
export function CopyTextButton({ text, ...props }: ButtonProps & { text: string }) {
  const { page } = useLanguage().words;
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button variant="default" {...props} onClick={copy}>
          {copied ? page.copied : page.copy}
        </Button>
      )}
    </CopyButton>
  );
}
