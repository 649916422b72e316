import { StyleSheet, Text, View } from 'react-native';

import type { CallReadinessItem, CallRequirement } from '../host';
import { useAppearance } from './appearance';
import { Button } from './Button';

/** Props of {@link ReadinessList}. */
export interface ReadinessListProps {
  /** What `useCallReadiness` says. */
  items: readonly CallReadinessItem[];
  /** The user wants it mended: `fix` of `useCallReadiness`. */
  onFix: (requirement: CallRequirement) => void;
}

/** What keeps calls from ringing on this device, each with its remedy. */
export function ReadinessList({ items, onFix }: ReadinessListProps) {
  const { theme, texts } = useAppearance();
  const { colors } = theme;
  const words = { ok: texts.ready, fixable: undefined, blocked: texts.notPossible };
  return (
    <View accessibilityRole="list">
      {items.map(({ requirement, status }) => {
        const { title, detail } = texts.requirement[requirement];
        return (
          <View
            key={requirement}
            role="listitem"
            style={[styles.item, { borderColor: colors.border, gap: theme.spacing, padding: theme.spacing * 2 }]}
          >
            <View accessible style={styles.words}>
              <Text style={[styles.title, { color: colors.text }]}>{title}</Text>
              {status === 'ok' ? null : <Text style={{ color: colors.subdued }}>{detail}</Text>}
              {words[status] === undefined ? null : (
                <Text style={{ color: status === 'ok' ? colors.positive : colors.negative }}>{words[status]}</Text>
              )}
            </View>
            {status === 'fixable' ? (
              <Button
                label={texts.fix}
                accessibilityLabel={texts.fixFor(title)}
                kind="accent"
                onPress={() => onFix(requirement)}
              />
            ) : null}
          </View>
        );
      })}
    </View>
  );
}

const styles = StyleSheet.create({
  item: { flexDirection: 'row', alignItems: 'center', borderBottomWidth: StyleSheet.hairlineWidth },
  words: { flex: 1 },
  title: { fontSize: 16, fontWeight: '600' },
});
