import { Radio } from '@mantine/core';
import { useId } from 'react';
import { useLanguage } from '../words/words-context.js';
import { useEditing } from './editing.js';
import classes from './form.module.css';
import { Section } from './section.js';

export function MethodSection() {
  const words = useLanguage().words.settings.method;
  const { draft, edit, isReadOnly } = useEditing();
  const id = useId();
  const choices = [
    { value: 'platform', label: words.platform, points: words.platformPoints },
    { value: 'custom', label: words.custom, points: words.customPoints },
  ] as const;
  return (
    <Section title={words.title}>
      <Radio.Group
        aria-label={words.title}
        value={draft.sender}
        onChange={(value) => edit({ sender: value === 'custom' ? 'custom' : 'platform' })}
      >
        <div className={classes.choices}>
          {choices.map(({ value, label, points }) => (
            <div key={value} className={classes.choice}>
              <Radio
                value={value}
                label={label}
                aria-describedby={`${id}-${value}`}
                fw={600}
                disabled={isReadOnly && draft.sender !== value}
              />
              <ul className={classes.points} id={`${id}-${value}`}>
                {points.map((point) => (
                  <li key={point}>{point}</li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </Radio.Group>
    </Section>
  );
}
