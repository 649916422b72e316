import { render, screen } from '@testing-library/react-native';
import { Text } from 'react-native';

import { LiveAppearance, useAppearance } from '../appearance';
import { deviceLanguage, texts } from '../texts';
import { themes, type Color, type Theme } from '../theme';

function Shown() {
  const { theme, texts: said } = useAppearance();
  return <Text>{`${said.accept} ${said.decline} ${theme.colors.background}`}</Text>;
}

test('without anything said, the components speak English and are light', () => {
  render(<Shown />);
  expect(screen.getByText(`Accept Decline ${themes.light.colors.background}`)).toBeTruthy();
});

test('language, theme and single words are chosen, and an inner choice keeps the outer ones', () => {
  render(
    <LiveAppearance language="tr" theme="dark" texts={{ accept: 'Aç' }}>
      <LiveAppearance texts={{ decline: 'Kapat' }}>
        <Shown />
      </LiveAppearance>
    </LiveAppearance>,
  );
  expect(screen.getByText(`Aç Kapat ${themes.dark.colors.background}`)).toBeTruthy();
});

test("an app's own theme is used as it is", () => {
  const own: Theme = { ...themes.light, colors: { ...themes.light.colors, background: '#123456' } };
  render(
    <LiveAppearance theme={own}>
      <Shown />
    </LiveAppearance>,
  );
  expect(screen.getByText(/#123456$/)).toBeTruthy();
});

test.each([
  ['tr-TR', 'tr'],
  ['tr', 'tr'],
  ['en-GB', 'en'],
  ['trv', 'en'],
  ['de-DE', 'en'],
])('a device set to %s is spoken to in %s', (locale, language) => {
  expect(deviceLanguage(locale)).toBe(language);
});

test('one is one, and many are counted', () => {
  expect([texts.en.viewers(1), texts.en.viewers(1200)]).toEqual(['1 viewer', '1,200 viewers']);
  expect([texts.tr.viewers(1), texts.tr.viewers(1200)]).toEqual(['1 izleyici', '1.200 izleyici']);
});

/** WCAG 2's contrast of two `#rrggbb`. */
function contrast(one: Color, other: Color): number {
  const luminance = (color: Color) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

test.each(Object.entries(themes))('every text of the %s theme is readable on what it is drawn on', (_, theme) => {
  const { colors } = theme;
  const pairs: [Color, Color][] = [
    [colors.text, colors.background],
    [colors.text, colors.surface],
    [colors.subdued, colors.background],
    [colors.subdued, colors.surface],
    [colors.onAccent, colors.accent],
    [colors.onPositive, colors.positive],
    [colors.onNegative, colors.negative],
    [colors.negative, colors.background],
  ];
  for (const [text, ground] of pairs) expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
});
