import { useAppearance } from '@ipelya/live';
import { Tabs } from 'expo-router';
import { Text } from 'react-native';

const icons = { index: '⌂', studio: '●', people: '☎', settings: '⚙' };

export default function TabsLayout() {
  const { colors } = useAppearance().theme;
  const icon = (name: keyof typeof icons) => ({
    tabBarIcon: ({ color }: { color: unknown }) => (
      <Text aria-hidden style={{ color: color as string, fontSize: 20 }}>
        {icons[name]}
      </Text>
    ),
  });
  return (
    <Tabs
      screenOptions={{
        headerShown: false,
        tabBarActiveTintColor: colors.accent,
        tabBarInactiveTintColor: colors.subdued,
        tabBarStyle: { backgroundColor: colors.background, borderTopColor: colors.border },
        sceneStyle: { backgroundColor: colors.background },
      }}
    >
      <Tabs.Screen name="index" options={{ title: 'Discover', ...icon('index') }} />
      <Tabs.Screen name="studio" options={{ title: 'Go live', ...icon('studio') }} />
      <Tabs.Screen name="people" options={{ title: 'Calls', ...icon('people') }} />
      <Tabs.Screen name="settings" options={{ title: 'Settings', ...icon('settings') }} />
    </Tabs>
  );
}
