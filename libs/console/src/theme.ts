import { Alert, Button, createTheme, type CSSVariablesResolver, Modal, PasswordInput } from '@mantine/core';
import classes from './theme.module.css';
import { type Catalogue } from './words/catalogues.js';

/** The look; shades are chosen so that text reaches a contrast of 4.5 : 1 (WCAG 2.2 1.4.3) in both schemes. */
export const themeIn = ({ page }: Catalogue) =>
  createTheme({
    primaryColor: 'indigo',
    primaryShade: { light: 8, dark: 8 },
    defaultRadius: 'md',
    cursorType: 'pointer',
    respectReducedMotion: true,
    headings: { fontWeight: '650' },
    components: {
      Alert: Alert.extend({
        classNames: { root: classes.alert ?? '', title: classes.alertText ?? '', message: `${classes.alertText} ${classes.alertMessage}` },
      }),
      // A text that can be clicked has the colour of a link, also in the dark, where Mantine makes it as bright as bold text.
      Button: Button.extend({
        classNames: { root: classes.button ?? '', label: classes.buttonLabel ?? '' },
        vars: (_theme, { variant, color }) => ({
          root: variant === 'subtle' && color === undefined ? { '--button-color': 'var(--mantine-color-anchor)' } : {},
        }),
      }),
      // Mantine has no label of its own for the first, and an English one for the second.
      Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': page.close } } }),
      PasswordInput: PasswordInput.extend({ defaultProps: { visibilityToggleButtonProps: { 'aria-label': page.showPassword } } }),
    },
  });

/** Colours in place of Mantine's own muted, disabled and error colours, whose contrast is lower than that. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#545c66',
    '--mantine-color-placeholder': '#6b7480',
    '--mantine-color-disabled-color': '#6b7480',
    '--mantine-color-error': '#b42318',
    '--page-background': '#f6f7f9',
    '--chip-background': '#eceff3',
    '--control-off': 'var(--mantine-color-gray-6)',
    '--combobox-chevron-color': '#545c66',
    '--good-text': '#0b5a26',
    '--good-background': '#d9f5e1',
    '--attention-text': '#663c00',
    '--attention-background': '#fff3d6',
    '--tone-good': '#15803d',
    '--tone-wait': '#8a5a00',
    '--tone-bad': '#b42318',
    '--tone-calm': '#545c66',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b0ba',
    '--mantine-color-placeholder': '#9098a3',
    '--mantine-color-disabled-color': '#9098a3',
    '--mantine-color-error': '#ff8f86',
    '--page-background': '#1a1b1e',
    '--chip-background': '#3a3c41',
    '--control-off': 'var(--mantine-color-dark-2)',
    '--combobox-chevron-color': '#a9b0ba',
    '--good-text': '#b6f0c8',
    '--good-background': '#123a20',
    '--attention-text': '#ffd591',
    '--attention-background': '#3b2b05',
    '--tone-good': '#5fd38a',
    '--tone-wait': '#f0b84a',
    '--tone-bad': '#ff8f86',
    '--tone-calm': '#a9b0ba',
  },
});
