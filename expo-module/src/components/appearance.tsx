import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { Appearance as Device } from 'react-native';

import { deviceLanguage, texts as allTexts, type Language, type Texts } from './texts';
import { themes, type Theme } from './theme';

/** What the ready-made components look like and say. */
export interface Appearance {
  theme: Theme;
  language: Language;
  texts: Texts;
}

/** Props of {@link LiveAppearance}. */
export interface LiveAppearanceProps {
  /** `light`, `dark`, or a theme of the app's own. Default: as the device is set. */
  theme?: 'light' | 'dark' | Theme;
  /** Default: the device's language, where the components speak it, else English. */
  language?: Language;
  /** Texts that the app words differently. */
  texts?: Partial<Texts>;
  children: ReactNode;
}

const Given = createContext<Omit<LiveAppearanceProps, 'children'>>({});

/** Sets the theme, the language and the wording of the ready-made components inside it. Without it they follow the device. */
export function LiveAppearance({ children, theme, language, texts }: LiveAppearanceProps) {
  const outer = useContext(Given);
  const given = useMemo(
    () => ({
      ...outer,
      ...(theme === undefined ? {} : { theme }),
      ...(language === undefined ? {} : { language }),
      ...(texts === undefined ? {} : { texts: { ...outer.texts, ...texts } }),
    }),
    [outer, theme, language, texts],
  );
  return <Given.Provider value={given}>{children}</Given.Provider>;
}

/** The theme and texts to draw with: for an app's own components beside the ready-made ones. */
export function useAppearance(): Appearance {
  const { theme, language, texts } = useContext(Given);
  const scheme = useSyncExternalStore(followScheme, Device.getColorScheme, Device.getColorScheme);
  return useMemo(() => {
    const spoken = language ?? deviceLanguage();
    return {
      theme: typeof theme === 'object' ? theme : themes[theme ?? (scheme === 'dark' ? 'dark' : 'light')],
      language: spoken,
      texts: { ...allTexts[spoken], ...texts },
    };
  }, [theme, language, texts, scheme]);
}

/** React Native Web's own hook listens anew with every render, and misses a change that its parent was drawn for first. */
function followScheme(listener: () => void): () => void {
  const subscription = Device.addChangeListener(() => listener());
  return () => subscription.remove();
}
