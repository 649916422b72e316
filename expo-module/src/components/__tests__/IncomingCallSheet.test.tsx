import { fireEvent, render, screen } from '@testing-library/react-native';

import { LiveAppearance } from '../appearance';
import { IncomingCallSheet } from '../IncomingCallSheet';

const handlers = () => ({ onAccept: jest.fn(), onDecline: jest.fn() });

test('a screen reader says who calls and how, at once', () => {
  render(<IncomingCallSheet callerName="Ayşe" isVideo {...handlers()} />);
  const alert = screen.getByRole('alert', { name: 'Incoming video call: Ayşe' });
  expect(alert.props.accessibilityLiveRegion).toBe('assertive');
});

test('each answer does its own thing', () => {
  const { onAccept, onDecline } = handlers();
  render(<IncomingCallSheet callerName="Ayşe" isVideo={false} onAccept={onAccept} onDecline={onDecline} />);
  fireEvent.press(screen.getByRole('button', { name: 'Decline' }));
  expect([onAccept.mock.calls.length, onDecline.mock.calls.length]).toEqual([0, 1]);
  fireEvent.press(screen.getByRole('button', { name: 'Accept' }));
  expect([onAccept.mock.calls.length, onDecline.mock.calls.length]).toEqual([1, 1]);
});

test('an answer under way is not given twice', () => {
  const { onAccept, onDecline } = handlers();
  render(<IncomingCallSheet callerName="Ayşe" isVideo isAnswering onAccept={onAccept} onDecline={onDecline} />);
  const accept = screen.getByRole('button', { name: 'Accept', busy: true, disabled: true });
  fireEvent.press(accept);
  fireEvent.press(screen.getByRole('button', { name: 'Decline', disabled: true }));
  expect([onAccept.mock.calls.length, onDecline.mock.calls.length]).toEqual([0, 0]);
});

test('it speaks Turkish', () => {
  render(
    <LiveAppearance language="tr">
      <IncomingCallSheet callerName="Ayşe" isVideo={false} {...handlers()} />
    </LiveAppearance>,
  );
  expect(screen.getByRole('button', { name: 'Kabul et' })).toBeTruthy();
  expect(screen.getByRole('alert', { name: 'Gelen arama: Ayşe' })).toBeTruthy();
});
