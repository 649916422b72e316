import { LiveAppearance, LiveProvider, themes, useAppearance } from '@ipelya/live';
import { Stack } from 'expo-router';
import { StatusBar } from 'expo-status-bar';
import { StyleSheet, View } from 'react-native';
import { SafeAreaProvider } from 'react-native-safe-area-context';

import { AccountProvider, useAccount } from '../src/account';
import { CallLayer } from '../src/CallLayer';
import { live } from '../src/live';
import { ThemeProvider, useThemeChoice } from '../src/theme';

export default function RootLayout() {
  return (
    <SafeAreaProvider>
      <AccountProvider>
        <ThemeProvider>
          <LiveProvider client={live}>
            <Appearance />
          </LiveProvider>
        </ThemeProvider>
      </AccountProvider>
    </SafeAreaProvider>
  );
}

function Appearance() {
  const { choice } = useThemeChoice();
  return (
    <LiveAppearance {...(choice === 'device' ? {} : { theme: choice })} language="en">
      <Screens />
    </LiveAppearance>
  );
}

function Screens() {
  const { session, isKnown } = useAccount();
  const { theme } = useAppearance();
  if (!isKnown) return null;
  const isSignedIn = session !== null;
  return (
    <View testID={theme === themes.dark ? 'dark' : 'light'} style={styles.app}>
      <StatusBar style="auto" />
      <Stack screenOptions={{ headerShown: false, contentStyle: { backgroundColor: theme.colors.background } }}>
        <Stack.Protected guard={isSignedIn}>
          <Stack.Screen name="(tabs)" />
          <Stack.Screen name="session/[id]" />
        </Stack.Protected>
        <Stack.Protected guard={!isSignedIn}>
          <Stack.Screen name="sign-in" />
        </Stack.Protected>
      </Stack>
      {isSignedIn ? <CallLayer /> : null}
    </View>
  );
}

const styles = StyleSheet.create({ app: { flex: 1 } });
