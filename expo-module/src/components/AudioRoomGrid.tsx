import { StyleSheet, Text, View } from 'react-native';

import { useAppearance } from './appearance';

/** Somebody on the stage of an audio room. */
export interface AudioRoomPerson {
  id: string;
  name: string;
  isSpeaking: boolean;
  isMuted: boolean;
}

/** Props of {@link AudioRoomGrid}. */
export interface AudioRoomGridProps {
  people: readonly AudioRoomPerson[];
}

/** Who is on the stage of an audio room, who speaks and who is muted: by a ring and a word, never by color alone. */
export function AudioRoomGrid({ people }: AudioRoomGridProps) {
  const { theme, texts } = useAppearance();
  const { colors, spacing } = theme;
  return (
    <View accessibilityRole="list" style={[styles.grid, { gap: spacing * 2, padding: spacing * 2 }]}>
      {people.map(({ id, name, isSpeaking, isMuted }) => {
        const state = isMuted ? texts.isMuted : isSpeaking ? texts.isSpeaking : undefined;
        return (
          <View
            key={id}
            accessible
            role="listitem"
            accessibilityLabel={state === undefined ? name : `${name}, ${state}`}
            style={styles.person}
          >
            <View
              style={[
                styles.portrait,
                {
                  backgroundColor: colors.surface,
                  borderColor: isSpeaking && !isMuted ? colors.speaking : colors.border,
                  borderWidth: isSpeaking && !isMuted ? 4 : 1,
                },
              ]}
            >
              <Text style={[styles.initial, { color: colors.text }]}>{initial(name)}</Text>
            </View>
            <Text numberOfLines={1} style={[styles.name, { color: colors.text }]}>
              {name}
            </Text>
            <Text style={[styles.state, { color: colors.subdued }]}>{state ?? ' '}</Text>
          </View>
        );
      })}
    </View>
  );
}

function initial(name: string): string {
  const [first = ''] = name.trim();
  return first.toLocaleUpperCase();
}

const styles = StyleSheet.create({
  grid: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'center' },
  person: { width: 96, alignItems: 'center' },
  portrait: { width: 72, height: 72, borderRadius: 36, alignItems: 'center', justifyContent: 'center' },
  initial: { fontSize: 28, fontWeight: '700' },
  name: { fontSize: 14, fontWeight: '600', marginTop: 4, maxWidth: '100%' },
  state: { fontSize: 12 },
});
