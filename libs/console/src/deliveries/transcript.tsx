import { CopyTextButton } from '../shell/copy-text-button.js';
import { useLanguage } from '../words/words-context.js';
import classes from './delivery-page.module.css';

/** What was said in a try, folded away; times are seconds since the try began. Parts are untrusted, so it is shown as plain text only. */
export function Transcript({ text }: { text: string }) {
  const { transcript } = useLanguage().words.deliveries.detail;
  return (
    <details className={classes.reply}>
      <summary>{transcript}</summary>
      <code className="code-block">
        {text.split('\n').map((line, index) => (
          <span key={index} className={classes.said}>
            {line}
          </span>
        ))}
      </code>
      <CopyTextButton text={text} size="xs" mt="xs" />
    </details>
  );
}
