import { Button, useLiveClient, type Access } from '@ipelya/live';
import { router } from 'expo-router';
import { useState } from 'react';

import { Card, Choice, Field, Problem, Screen, Words, useAction } from '../../src/ui';

const kinds = [
  { value: 'video_live', label: 'Broadcast' },
  { value: 'audio_room', label: 'Audio room' },
] as const;

const entries = [
  { value: 'public', label: 'Everybody' },
  { value: 'subscribers_only', label: 'Subscribers' },
  { value: 'pay_per_view', label: 'For coins' },
] as const;

export default function Studio() {
  const client = useLiveClient();
  const [title, setTitle] = useState('');
  const [type, setType] = useState<'video_live' | 'audio_room'>('video_live');
  const [access, setAccess] = useState<Access>('public');
  const [price, setPrice] = useState('30');
  const { isPending, problem, run } = useAction();

  const open = () =>
    run(async () => {
      const priceCoins = access === 'pay_per_view' ? { priceCoins: Number(price) } : {};
      const id = await client.createSession({ type, title: title.trim(), access, ...priceCoins });
      router.push(`/session/${id}`);
    });

  return (
    <Screen title="Go live">
      <Card>
        <Field label="Title" value={title} onChangeText={setTitle} placeholder="What is it about?" maxLength={120} />
        <Choice label="Kind" value={type} options={kinds} onChange={setType} />
        <Choice label="Who may enter" value={access} options={entries} onChange={setAccess} />
        {access === 'pay_per_view' ? (
          <Field label="Price in coins" value={price} onChangeText={setPrice} inputMode="numeric" />
        ) : null}
        <Problem>{problem}</Problem>
        <Button label="Prepare" kind="accent" isPending={isPending} isDisabled={title.trim() === ''} onPress={open} />
      </Card>
      <Words isQuiet>Nobody sees you before you go on the air.</Words>
    </Screen>
  );
}
