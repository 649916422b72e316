/** A color as React Native takes it; the built-in themes use `#rrggbb`. */
export type Color = string;

/** The colors and measures (density-independent pixels) that the ready-made components use. */
export interface Theme {
  colors: {
    background: Color;
    surface: Color;
    text: Color;
    /** Less important text; still readable on `background` and `surface`. */
    subdued: Color;
    accent: Color;
    onAccent: Color;
    positive: Color;
    onPositive: Color;
    negative: Color;
    onNegative: Color;
    /** Around somebody who speaks. */
    speaking: Color;
    border: Color;
  };
  spacing: number;
  radius: number;
  /** The least width and height of what is pressed: Apple asks for 44, Android for 48. */
  touchTarget: number;
}

const measures = { spacing: 8, radius: 16, touchTarget: 48 };

/** The built-in themes: every text color has a contrast of 4.5 or more on what it is drawn on. */
export const themes: { light: Theme; dark: Theme } = {
  light: {
    ...measures,
    colors: {
      background: '#ffffff',
      surface: '#f3f1f6',
      text: '#1b1722',
      subdued: '#5d566b',
      accent: '#6a2fd0',
      onAccent: '#ffffff',
      positive: '#0f7a3d',
      onPositive: '#ffffff',
      negative: '#c0202f',
      onNegative: '#ffffff',
      speaking: '#0f7a3d',
      border: '#cfc9da',
    },
  },
  dark: {
    ...measures,
    colors: {
      background: '#131018',
      surface: '#221d2b',
      text: '#f5f2fa',
      subdued: '#b7aec6',
      accent: '#b99bff',
      onAccent: '#1f1038',
      positive: '#5fd394',
      onPositive: '#06281a',
      negative: '#ff8b8f',
      onNegative: '#3c060b',
      speaking: '#5fd394',
      border: '#463d55',
    },
  },
};
