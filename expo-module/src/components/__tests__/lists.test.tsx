import { fireEvent, render, screen } from '@testing-library/react-native';

import type { CallReadinessItem } from '../../host';
import { AudioRoomGrid } from '../AudioRoomGrid';
import { ReadinessList } from '../ReadinessList';
import { StageRequests } from '../StageRequests';

describe('the readiness list', () => {
  const items: CallReadinessItem[] = [
    { requirement: 'microphone', status: 'ok' },
    { requirement: 'notifications', status: 'fixable', fix: 'ask' },
    { requirement: 'call_kit', status: 'blocked', reason: 'no CallKit' },
  ];

  test('offers a fix for what can be fixed alone, and says for what', () => {
    const onFix = jest.fn();
    render(<ReadinessList items={items} onFix={onFix} />);
    expect(screen.getAllByRole('button')).toHaveLength(1);
    fireEvent.press(screen.getByRole('button', { name: 'Fix: Notifications' }));
    expect(onFix.mock.calls).toEqual([['notifications']]);
  });

  test('says in words what works, what is missing for what, and what never will', () => {
    render(<ReadinessList items={items} onFix={jest.fn()} />);
    expect(screen.getByText('Ready')).toBeTruthy();
    expect(screen.getByText('Not possible on this device')).toBeTruthy();
    expect(screen.getByText('Calls ring as notifications.')).toBeTruthy();
    expect(screen.queryByText('So that others hear you.')).toBeNull();
  });
});

describe('the raised hands', () => {
  const nameOf = (user: string) => ({ u1: 'Ayşe', u2: 'Mehmet' })[user] ?? user;

  test('are counted, and each is answered by the name of who raised it', () => {
    const [onAccept, onDecline] = [jest.fn(), jest.fn()];
    const requests = [
      { user_id: 'u1', kind: 'request' },
      { user_id: 'u3', kind: 'invite' },
      { user_id: 'u2', kind: 'request' },
    ] as const;
    render(<StageRequests requests={requests} nameOf={nameOf} onAccept={onAccept} onDecline={onDecline} />);
    expect(screen.getByRole('header', { name: '2 raised hands' })).toBeTruthy();
    fireEvent.press(screen.getByRole('button', { name: 'Let Mehmet on stage' }));
    fireEvent.press(screen.getByRole('button', { name: 'Turn Ayşe down' }));
    expect(onAccept.mock.calls).toEqual([['u2']]);
    expect(onDecline.mock.calls).toEqual([['u1']]);
  });

  test('that are being answered are not answered twice', () => {
    const onAccept = jest.fn();
    render(
      <StageRequests
        requests={[{ user_id: 'u1', kind: 'request' }]}
        nameOf={nameOf}
        pending={['u1']}
        onAccept={onAccept}
        onDecline={onAccept}
      />,
    );
    fireEvent.press(screen.getByRole('button', { name: 'Let Ayşe on stage' }));
    fireEvent.press(screen.getByRole('button', { name: 'Turn Ayşe down' }));
    expect(onAccept).not.toHaveBeenCalled();
  });

  test('are said to be none when there is none', () => {
    render(<StageRequests requests={[]} nameOf={nameOf} onAccept={jest.fn()} onDecline={jest.fn()} />);
    expect(screen.getByText('Nobody has raised a hand')).toBeTruthy();
  });
});

test('an audio room says who speaks and who is muted, and nobody muted speaks', () => {
  render(
    <AudioRoomGrid
      people={[
        { id: '1', name: 'Ayşe', isSpeaking: true, isMuted: false },
        { id: '2', name: 'Mehmet', isSpeaking: true, isMuted: true },
        { id: '3', name: 'Zeynep', isSpeaking: false, isMuted: false },
      ]}
    />,
  );
  for (const name of ['Ayşe, speaking', 'Mehmet, muted', 'Zeynep']) expect(screen.getByLabelText(name)).toBeTruthy();
});
