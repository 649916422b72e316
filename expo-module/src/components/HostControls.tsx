import { StyleSheet, View } from 'react-native';

import { useAppearance } from './appearance';
import { Button } from './Button';
import { ToggleButton, type ShownToggle } from './controls';

/** Props of {@link HostControls}. What the user may not do is left out, and isn't shown. */
export interface HostControlsProps {
  microphone?: ShownToggle | undefined;
  camera?: ShownToggle | undefined;
  onFlipCamera?: (() => void) | undefined;
  /** Before the broadcast. */
  onGoLive?: (() => void) | undefined;
  /** While it is on. */
  onEnd?: (() => void) | undefined;
  /** Going live or ending is under way. */
  isPending?: boolean;
}

/** The presenter's controls. A camera that is off can't be turned. */
export function HostControls(props: HostControlsProps) {
  const { microphone, camera, onFlipCamera, onGoLive, onEnd, isPending = false } = props;
  const { theme, texts } = useAppearance();
  return (
    <View accessibilityRole="toolbar" style={[styles.controls, { gap: theme.spacing, padding: theme.spacing }]}>
      {microphone && <ToggleButton name={texts.microphone} control={microphone} />}
      {camera && <ToggleButton name={texts.camera} control={camera} />}
      {camera && onFlipCamera && (
        <Button label={texts.flipCamera} isDisabled={!camera.enabled} onPress={onFlipCamera} />
      )}
      {onGoLive && <Button label={texts.goLive} kind="positive" isPending={isPending} onPress={onGoLive} />}
      {onEnd && <Button label={texts.endBroadcast} kind="negative" isPending={isPending} onPress={onEnd} />}
    </View>
  );
}

const styles = StyleSheet.create({
  controls: { flexDirection: 'row', flexWrap: 'wrap', justifyContent: 'center' },
});
