import { fireEvent, render, screen } from '@testing-library/react-native';
import { Text } from 'react-native';

import { BroadcastView } from '../BroadcastView';
import type { ShownToggle } from '../controls';
import { HostControls } from '../HostControls';
import { InCallView } from '../InCallView';

function control(state: Partial<Omit<ShownToggle, 'toggle'>> = {}) {
  return { enabled: true, pending: false, ...state, toggle: jest.fn() };
}

describe("the host's controls", () => {
  test('show nothing that the host may not do', () => {
    render(<HostControls microphone={control()} />);
    expect(screen.getByRole('switch', { name: 'Microphone', checked: true })).toBeTruthy();
    expect(screen.queryByRole('switch', { name: 'Camera' })).toBeNull();
    expect(screen.queryByRole('button')).toBeNull();
  });

  test('switch what is pressed, also back what waits to be switched', () => {
    const [microphone, camera] = [control(), control({ enabled: false, pending: true })];
    render(<HostControls microphone={microphone} camera={camera} />);
    fireEvent.press(screen.getByRole('switch', { name: 'Camera', busy: true, checked: false }));
    expect([microphone.toggle.mock.calls.length, camera.toggle.mock.calls.length]).toEqual([0, 1]);
  });

  test('turn no camera that is off', () => {
    const onFlipCamera = jest.fn();
    render(<HostControls camera={control({ enabled: false })} onFlipCamera={onFlipCamera} />);
    fireEvent.press(screen.getByRole('button', { name: 'Flip camera' }));
    expect(onFlipCamera).not.toHaveBeenCalled();
  });

  test('go live and end once, while either is under way', () => {
    const [onGoLive, onEnd] = [jest.fn(), jest.fn()];
    const { rerender } = render(<HostControls onGoLive={onGoLive} />);
    fireEvent.press(screen.getByRole('button', { name: 'Go live' }));
    rerender(<HostControls onGoLive={onGoLive} isPending />);
    fireEvent.press(screen.getByRole('button', { name: 'Go live' }));
    rerender(<HostControls onEnd={onEnd} />);
    fireEvent.press(screen.getByRole('button', { name: 'End' }));
    expect([onGoLive.mock.calls.length, onEnd.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('a call', () => {
  test('tells its length to eyes and to ears', () => {
    render(<InCallView name="Ayşe" durationMs={65_900} microphone={control()} onHangUp={jest.fn()} />);
    expect(screen.getByText('1:05')).toBeTruthy();
    expect(screen.getByLabelText('1 min 5 s')).toBeTruthy();
  });

  test('that rings has no length, says so, and can be given up', () => {
    const onHangUp = jest.fn();
    render(<InCallView name="Ayşe" status="Ringing" microphone={control()} onHangUp={onHangUp} />);
    expect(screen.queryByText(/\d:\d\d/)).toBeNull();
    expect(screen.getByText('Ringing').props.accessibilityLiveRegion).toBe('polite');
    fireEvent.press(screen.getByRole('button', { name: 'Hang up' }));
    expect(onHangUp).toHaveBeenCalledTimes(1);
  });

  test('with pictures shows them, and the switch of the camera', () => {
    const camera = control({ enabled: false });
    render(
      <InCallView
        name="Ayşe"
        video={<Text>picture</Text>}
        microphone={control()}
        camera={camera}
        onHangUp={jest.fn()}
      />,
    );
    expect(screen.getByText('picture')).toBeTruthy();
    fireEvent.press(screen.getByRole('switch', { name: 'Camera', checked: false }));
    expect(camera.toggle).toHaveBeenCalledTimes(1);
  });
});

describe('a broadcast', () => {
  const picture = <Text>picture</Text>;

  test('that is live counts its viewers, and one that is not says neither', () => {
    const { rerender } = render(<BroadcastView title="Concert" video={picture} isLive viewerCount={1200} />);
    expect(screen.getByText('Live')).toBeTruthy();
    expect(screen.getByText('1,200 viewers')).toBeTruthy();
    rerender(<BroadcastView title="Concert" video={picture} isLive={false} viewerCount={1200} />);
    expect(screen.queryByText('Live')).toBeNull();
    expect(screen.queryByText('1,200 viewers')).toBeNull();
  });

  test('says what is going on, and holds what the app puts over it', () => {
    render(
      <BroadcastView title="Concert" video={picture} isLive notice="Reconnecting">
        <Text>chat</Text>
      </BroadcastView>,
    );
    expect(screen.getByRole('alert', { name: 'Reconnecting' })).toBeTruthy();
    expect(screen.getByText('chat')).toBeTruthy();
  });
});
