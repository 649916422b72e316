import { useAppearance } from './appearance';
import { Button } from './Button';

/** A microphone, a camera or a loudspeaker, as a control shows and switches it. */
export interface ControlToggle {
  enabled: boolean;
  /** A switch is under way, or waits for the air or the connection. It can be changed back. */
  pending: boolean;
  toggle: () => void;
}

/** A switch for one device. One that is being switched shows where it is, not where it is going. */
export function ToggleButton({ name, control }: { name: string; control: ControlToggle }) {
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
