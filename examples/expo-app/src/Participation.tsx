import {
  Button,
  StageRequests,
  useAppearance,
  useModeration,
  useParticipants,
  type LiveSessionView,
} from '@ipelya/live';
import { router } from 'expo-router';
import { useState } from 'react';
import { ScrollView, StyleSheet, View } from 'react-native';

import { useMe } from './account';
import { useNames } from './people';
import { ActionButton, Card, Words } from './ui';

/** Raising a hand, the raised hands of others, who is here, and leaving. */
export function Participation({ live }: { live: LiveSessionView }) {
  const [isOpen, setIsOpen] = useState(false);
  const { hand, invite } = live;
  const { spacing } = useAppearance().theme;
  return (
    <View style={{ gap: spacing, padding: spacing }}>
      {invite ? (
        <Card title="You are invited onto the stage">
          <View style={styles.row}>
            <ActionButton label="Decline" work={() => invite.decline()} />
            <ActionButton label="Come up" kind="accent" work={() => invite.accept()} />
          </View>
        </Card>
      ) : null}
      {isOpen ? <People live={live} /> : null}
      <View style={styles.row}>
        {live.can('raise_hand') ? <ActionButton label="Raise hand" work={() => hand.raise()} /> : null}
        {hand.raised ? <ActionButton label="Lower hand" work={() => hand.lower()} /> : null}
        {live.can('step_down') ? <ActionButton label="Step down" work={() => live.stepDown()} /> : null}
        <Button
          label={isOpen ? 'Close' : `People${live.stageRequests.length > 0 ? ` (${live.stageRequests.length})` : ''}`}
          onPress={() => setIsOpen(!isOpen)}
        />
        <ActionButton
          label="Leave"
          work={async () => {
            await live.leave();
            router.dismissTo('/');
          }}
        />
      </View>
    </View>
  );
}

function People({ live }: { live: LiveSessionView }) {
  const me = useMe();
  const people = useParticipants();
  const { canModerate, mute, kick, ban, report, block } = useModeration();
  const { host, stageRequests, session } = live;
  const ids = [...people.map(({ id }) => id), ...stageRequests.map(({ user_id }) => user_id)];
  const nameOf = useNames(ids);
  return (
    <ScrollView style={styles.people} contentContainerStyle={styles.list}>
      {host ? (
        <StageRequests
          requests={stageRequests}
          nameOf={nameOf}
          onAccept={(user) => void host.setRole(user, 'speaker')}
          onDecline={(user) => void host.dismissHand(user)}
        />
      ) : null}
      {people.map(({ id, role }) => (
        <Card key={id}>
          <Words isBold>{`${nameOf(id)}${id === me ? ' (you)' : ''}`}</Words>
          <Words isQuiet>{(role ?? '').replace('_', '-')}</Words>
          {id === me || id === session?.host_id ? null : (
            <View style={styles.row}>
              {canModerate ? (
                <>
                  {host && role !== 'speaker' ? (
                    <ActionButton label="Invite" kind="accent" work={() => host.invite(id, 'speaker')} />
                  ) : null}
                  {host && role === 'speaker' ? (
                    <ActionButton label="To the audience" work={() => host.setRole(id, 'viewer')} />
                  ) : null}
                  <ActionButton label="Mute" work={() => mute(id)} />
                  <ActionButton label="Remove" kind="negative" work={() => kick(id)} />
                  <ActionButton label="Ban" kind="negative" work={() => ban(id)} />
                </>
              ) : null}
              <ActionButton label="Report" work={() => report({ userId: id, category: 'spam' })} />
              <ActionButton label="Block" work={() => block(id)} />
            </View>
          )}
        </Card>
      ))}
    </ScrollView>
  );
}

const styles = StyleSheet.create({
  row: { flexDirection: 'row', flexWrap: 'wrap', gap: 8 },
  people: { maxHeight: 360 },
  list: { gap: 8 },
});
