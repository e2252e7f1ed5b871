import { Button, CopyButton } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';

/** What was said in a try, folded away; times are seconds since the try began. Parts are untrusted, so it is shown as plain text only. */
export function Transcript({ text }: { text: string }) {
  const { deliveries, page } = useLanguage().words;
  return (
    <details className={classes.reply}>
      <summary>{deliveries.detail.transcript}</summary>
      <code className="code-block">{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" size="xs" mt="xs" onClick={copy}>
            {copied ? page.copied : page.copy}
          </Button>
        )}
      </CopyButton>
    </details>
  );
}
