// The fields of an app by which a mailbox is connected.
import { type InputWrapperProps, PasswordInput, TextInput } from '@mantine/core';
import classes from './form.module.css';

/** The hint stands below the field, so that fields side by side stay in line. */
export const HINT_BELOW: NonNullable<InputWrapperProps['inputWrapperOrder']> = ['label', 'input', 'error', 'description'];

type Props<Field extends string> = {
  fields: readonly Field[];
  values: Readonly<Record<Field, string>>;
  labels: Readonly<Record<Field, string>>;
  hints: Partial<Record<Field, string>>;
  required: readonly Field[];
  errorOf: (pointer: string) => string | null;
  onChange: (field: Field, value: string) => void;
  /** Called when Enter is pressed in a field. */
  onEnter: () => void;
  /** Stands before the fields. */
  children?: React.ReactNode;
};

export function ConnectionFields<Field extends string>({
  fields,
  values,
  labels,
  hints,
  required,
  errorOf,
  onChange,
  onEnter,
  children,
}: Props<Field>) {
  return (
    <div className={classes.columns}>
      {children}
      {fields.map((field) => {
        const isSecret = field === 'clientSecret';
        const Input = isSecret ? PasswordInput : TextInput;
        return (
          <Input
            key={field}
            // Browsers and password managers would otherwise fill in what the reader uses elsewhere.
            autoComplete={isSecret ? 'new-password' : 'off'}
            autoCapitalize="none"
            spellCheck={false}
            label={labels[field]}
            description={hints[field]}
            required={required.includes(field)}
            inputWrapperOrder={HINT_BELOW}
            value={values[field]}
            error={errorOf(`/${field}`)}
            onChange={(event) => onChange(field, event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              // Enter must not submit the form around these fields.
              event.preventDefault();
              onEnter();
            }}
          />
        );
      })}
    </div>
  );
}

/** Returns what was entered, without surrounding white space and without empty fields. */
export const entered = <Field extends string>(
  fields: readonly Field[],
  values: Readonly<Record<Field, string>>,
): Partial<Record<Field, string>> =>
  Object.fromEntries(fields.map((field) => [field, values[field].trim()] as const).filter(([, value]) => value !== '')) as Partial<
    Record<Field, string>
  >;
