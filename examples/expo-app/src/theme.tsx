import { createContext, useContext, useState, type ReactNode } from 'react';

/** Which colors the user wants. */
export type ThemeChoice = 'device' | 'light' | 'dark';

const Choice = createContext<{ choice: ThemeChoice; choose: (choice: ThemeChoice) => void }>({
  choice: 'device',
  choose: () => {},
});

/** Keeps the user's choice for as long as the app runs. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, choose] = useState<ThemeChoice>('device');
  return <Choice.Provider value={{ choice, choose }}>{children}</Choice.Provider>;
}

/** The user's choice, and how to change it. */
export function useThemeChoice() {
  return useContext(Choice);
}
