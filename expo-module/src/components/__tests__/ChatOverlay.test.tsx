import { act, fireEvent, render, screen } from '@testing-library/react-native';

import { ChatOverlay } from '../ChatOverlay';

const field = () => screen.getByLabelText('Write a message');
const send = () => screen.getByRole('button', { name: 'Send' });

test('lines show who wrote them and what a gift was worth', () => {
  render(
    <ChatOverlay
      lines={[
        { id: '1', author: 'Ayşe', text: 'Merhaba' },
        { id: '2', author: 'Mehmet', text: 'Bravo', coins: 5 },
      ]}
    />,
  );
  expect(screen.getByText('Ayşe Merhaba')).toBeTruthy();
  expect(screen.getByText('5 coins')).toBeTruthy();
});

test('who may not write has no field', () => {
  render(<ChatOverlay lines={[]} />);
  expect(screen.queryByLabelText('Write a message')).toBeNull();
});

test('a message is sent without the spaces around it, and the field is empty after it', async () => {
  const onSend = jest.fn(() => Promise.resolve());
  render(<ChatOverlay lines={[]} onSend={onSend} />);
  fireEvent.changeText(field(), '  Merhaba ');
  await act(async () => fireEvent.press(send()));
  expect(onSend.mock.calls).toEqual([['Merhaba']]);
  expect(field().props.value).toBe('');
});

test('blanks alone are not sent, by button or by keyboard', () => {
  const onSend = jest.fn(() => Promise.resolve());
  render(<ChatOverlay lines={[]} onSend={onSend} />);
  fireEvent.changeText(field(), '   ');
  fireEvent.press(send());
  fireEvent(field(), 'submitEditing');
  expect(onSend).not.toHaveBeenCalled();
});

test('while one is sent no second one goes out, and what was refused stays to be sent again', async () => {
  const sending: ((refused: Error) => void)[] = [];
  const onSend = jest.fn(() => new Promise<void>((_, reject) => sending.push(reject)));
  render(<ChatOverlay lines={[]} onSend={onSend} />);
  fireEvent.changeText(field(), 'Merhaba');
  fireEvent.press(send());
  fireEvent.press(send());
  expect(onSend).toHaveBeenCalledTimes(1);
  await act(async () => sending[0]?.(new Error('rate_limited')));
  expect(field().props.value).toBe('Merhaba');
  fireEvent.press(send());
  expect(onSend).toHaveBeenCalledTimes(2);
  await act(async () => sending[1]?.(new Error('rate_limited')));
});
