import { fireEvent, render, screen } from '@testing-library/react-native';

import { AudioRoomGrid } from '../AudioRoomGrid';
import { ReadinessList, type ReadinessItem } from '../ReadinessList';
import { StageRequests } from '../StageRequests';

describe('the readiness list', () => {
  const items: ReadinessItem[] = [
    { id: 'microphone', title: 'Microphone', status: 'ok' },
    { id: 'notifications', title: 'Notifications', detail: 'Calls would ring unseen.', status: 'fixable' },
    { id: 'callkit', title: 'System calls', status: 'blocked' },
  ];

  test('offers a fix for what can be fixed alone, and says for what', () => {
    const onFix = jest.fn();
    render(<ReadinessList items={items} onFix={onFix} />);
    expect(screen.getAllByRole('button')).toHaveLength(1);
    fireEvent.press(screen.getByRole('button', { name: 'Fix: Notifications' }));
    expect(onFix).toHaveBeenCalledWith(items[1]);
  });

  test('says in words what works and what never will', () => {
    render(<ReadinessList items={items} onFix={jest.fn()} />);
    expect(screen.getByText('Ready')).toBeTruthy();
    expect(screen.getByText('Not possible on this device')).toBeTruthy();
    expect(screen.getByText('Calls would ring unseen.')).toBeTruthy();
  });
});

describe('the raised hands', () => {
  test('are counted, and each is answered by the name of who raised it', () => {
    const [onAccept, onDecline] = [jest.fn(), jest.fn()];
    const requests = [
      { userId: 'u1', name: 'Ayşe' },
      { userId: 'u2', name: 'Mehmet' },
    ];
    render(<StageRequests requests={requests} onAccept={onAccept} onDecline={onDecline} />);
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
        requests={[{ userId: 'u1', name: 'Ayşe', isPending: true }]}
        onAccept={onAccept}
        onDecline={onAccept}
      />,
    );
    fireEvent.press(screen.getByRole('button', { name: 'Let Ayşe on stage' }));
    fireEvent.press(screen.getByRole('button', { name: 'Turn Ayşe down' }));
    expect(onAccept).not.toHaveBeenCalled();
  });

  test('are said to be none when there is none', () => {
    render(<StageRequests requests={[]} onAccept={jest.fn()} onDecline={jest.fn()} />);
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
