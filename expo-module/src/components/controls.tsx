import type { Toggle } from '../types';
import { useAppearance } from './appearance';
import { Button } from './Button';

/** What is shown of a microphone, a camera or a loudspeaker: any {@link Toggle} of a hook. */
export type ShownToggle = Pick<Toggle, 'enabled' | 'pending' | 'toggle'>;

/** A switch for one device. One that is being switched shows where it is, not where it is going. */
export function ToggleButton({ name, control }: { name: string; control: ShownToggle }) {
  const { texts } = useAppearance();
  return (
    <Button
      label={`${name}: ${control.enabled ? texts.on : texts.off}`}
      accessibilityLabel={name}
      kind={control.enabled ? 'accent' : 'plain'}
      isOn={control.enabled}
      isPending={control.pending}
      onPress={control.toggle}
    />
  );
}
