import { createTheme, type MantineColorsTuple } from '@mantine/core';

const leaf: MantineColorsTuple = [
  '#e8f8f2',
  '#d3eee3',
  '#a8dcc8',
  '#79caab',
  '#53bb93',
  '#3ab283',
  '#2aad7a',
  '#1a9868',
  '#0b7a5e',
  '#00664a',
];

/** The look of the page; colours meet WCAG 2.2 AA on both schemes. */
export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: { light: 8, dark: 8 },
  colors: { leaf },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  headings: { sizes: { h1: { fontSize: 'clamp(1.35rem, 1.1rem + 1vw, 1.6rem)', lineHeight: '1.25' } } },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Their <header> would be a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    // It takes the focus and is no item: not allowed in a menu.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
});
