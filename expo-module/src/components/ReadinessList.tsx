import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';

/** One thing a call needs of the device, and where it stands. */
export interface ReadinessItem {
  id: string;
  title: string;
  /** What it is good for, or what is missing. */
  detail?: string;
  /** It works, the user can mend it, or this device can't do it. */
  status: 'ok' | 'fixable' | 'blocked';
}

/** Props of {@link ReadinessList}. */
export interface ReadinessListProps {
  items: readonly ReadinessItem[];
  /** The user wants the item mended: ask for the permission, or open the system's settings. */
  onFix: (item: ReadinessItem) => void;
}

/** What keeps calls from ringing on this device, each with its remedy. */
export function ReadinessList({ items, onFix }: ReadinessListProps) {
  const { theme, texts } = useAppearance();
  const { colors } = theme;
  const status = { ok: texts.ready, fixable: undefined, blocked: texts.notPossible };
  return (
    <View accessibilityRole="list">
      {items.map((item) => (
        <View
          key={item.id}
          style={[styles.item, { borderColor: colors.border, gap: theme.spacing, padding: theme.spacing * 2 }]}
        >
          <View accessible style={styles.words}>
            <Text style={[styles.title, { color: colors.text }]}>{item.title}</Text>
            {item.detail === undefined ? null : <Text style={{ color: colors.subdued }}>{item.detail}</Text>}
            {status[item.status] === undefined ? null : (
              <Text style={{ color: item.status === 'ok' ? colors.positive : colors.negative }}>
                {status[item.status]}
              </Text>
            )}
          </View>
          {item.status === 'fixable' ? (
            <Button
              label={texts.fix}
              accessibilityLabel={texts.fixFor(item.title)}
              kind="accent"
              onPress={() => onFix(item)}
            />
          ) : null}
        </View>
      ))}
    </View>
  );
}

const styles = StyleSheet.create({
  item: { flexDirection: 'row', alignItems: 'center', borderBottomWidth: StyleSheet.hairlineWidth },
  words: { flex: 1 },
  title: { fontSize: 16, fontWeight: '600' },
});
