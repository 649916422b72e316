import { Button, useCall } from '@ipelya/live';
import { useEffect, useState } from 'react';
import { StyleSheet, View } from 'react-native';

import { useMe } from '../../src/account';
import { everybody, type Profile } from '../../src/people';
import { Card, Problem, Screen, Words, useAction } from '../../src/ui';

export default function People() {
  const me = useMe();
  const [people, setPeople] = useState<Profile[]>([]);
  const { start } = useCall();
  const { isPending, problem, run } = useAction();
  useEffect(() => {
    void everybody(me).then(setPeople);
  }, [me]);
  return (
    <Screen title="Calls">
      <Problem>{problem}</Problem>
      {people.map(({ id, display_name, is_creator }) => {
        const name = display_name ?? 'Somebody';
        return (
          <Card key={id}>
            <View style={styles.person}>
              <View style={styles.name}>
                <Words isBold>{name}</Words>
                <Words isQuiet>{is_creator ? 'Creator' : 'Member'}</Words>
              </View>
              <Button
                label="Voice"
                accessibilityLabel={`Call ${name}`}
                isDisabled={isPending}
                onPress={() => run(() => start(id))}
              />
              <Button
                label="Video"
                kind="accent"
                accessibilityLabel={`Video call with ${name}`}
                isDisabled={isPending}
                onPress={() => run(() => start(id, { video: true }))}
              />
            </View>
          </Card>
        );
      })}
    </Screen>
  );
}

const styles = StyleSheet.create({
  person: { flexDirection: 'row', alignItems: 'center', flexWrap: 'wrap', gap: 8 },
  name: { flex: 1, minWidth: 120 },
});
