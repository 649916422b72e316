import { Button, ReadinessList, useBalance, useCallReadiness, useLiveClient } from '@ipelya/live';
import { useEffect, useState } from 'react';

import { useAccount } from '../../src/account';
import { useNames } from '../../src/people';
import { supabase } from '../../src/supabase';
import { useThemeChoice } from '../../src/theme';
import { ActionButton, Card, Choice, Screen, Words } from '../../src/ui';

const themes = [
  { value: 'device', label: 'As the device' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

export default function Settings() {
  const { session } = useAccount();
  const balance = useBalance();
  const { choice, choose } = useThemeChoice();
  return (
    <Screen title="Settings">
      <Card title="Account">
        <Words>{session?.user.email}</Words>
        <Words isQuiet>{balance === null ? '…' : `${balance} coins`}</Words>
        <Button label="Sign out" onPress={() => void supabase.auth.signOut()} />
      </Card>
      <Card title="Appearance">
        <Choice label="Colors" value={choice} options={themes} onChange={choose} />
      </Card>
      <Readiness />
      <DoNotDisturb />
      <Blocked />
    </Screen>
  );
}

function Readiness() {
  const { items, isReady, fix } = useCallReadiness();
  return (
    <Card title="Ready for calls?">
      <Words isQuiet>{isReady ? 'Calls ring on this device.' : 'What keeps calls from ringing here:'}</Words>
      <ReadinessList items={items ?? []} onFix={(requirement) => void fix(requirement)} />
    </Card>
  );
}

function DoNotDisturb() {
  const client = useLiveClient();
  const [isOn, setIsOn] = useState<boolean | null>(null);
  useEffect(() => {
    client.doNotDisturb().then(
      ({ state }) => setIsOn(state !== 'off'),
      () => {},
    );
  }, [client]);
  const set = async (on: boolean) => {
    await client.setDoNotDisturb(on ? { state: 'on' } : { state: 'off' });
    setIsOn(on);
  };
  return (
    <Card title="Do not disturb">
      <Words isQuiet>{isOn === true ? 'No call rings, on any device.' : 'Calls ring.'}</Words>
      <ActionButton label={isOn === true ? 'Let calls ring' : 'Do not disturb'} work={() => set(isOn !== true)} />
    </Card>
  );
}

function Blocked() {
  const client = useLiveClient();
  const [blocked, setBlocked] = useState<readonly string[]>([]);
  const nameOf = useNames(blocked);
  useEffect(() => {
    client.blocked().then(setBlocked, () => {});
  }, [client]);
  const unblock = async (id: string) => {
    await client.unblock(id);
    setBlocked(await client.blocked());
  };
  return (
    <Card title="Blocked people">
      {blocked.length === 0 ? <Words isQuiet>Nobody.</Words> : null}
      {blocked.map((id) => (
        <ActionButton key={id} label={`Unblock ${nameOf(id)}`} work={() => unblock(id)} />
      ))}
    </Card>
  );
}
