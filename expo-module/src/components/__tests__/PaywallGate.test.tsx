import { fireEvent, render, screen } from '@testing-library/react-native';

import { PaywallGate } from '../PaywallGate';

const none = { onBuy: jest.fn(), onGetCoins: jest.fn(), onSubscribe: jest.fn(), onRetry: jest.fn() };
const ticket = { ...none, title: 'Concert', lock: { lock: 'purchase', price_coins: 50 } } as const;

test('the price is on the button, and buying agrees to exactly that price', () => {
  const onBuy = jest.fn();
  render(<PaywallGate {...ticket} balanceCoins={500} onBuy={onBuy} />);
  expect(screen.getByText('You have 500 coins')).toBeTruthy();
  fireEvent.press(screen.getByRole('button', { name: 'Watch for 50 coins' }));
  expect(onBuy.mock.calls).toEqual([[50]]);
});

test('a purchase under way is not made twice', () => {
  const onBuy = jest.fn();
  render(<PaywallGate {...ticket} isPending onBuy={onBuy} />);
  fireEvent.press(screen.getByRole('button', { name: 'Watch for 50 coins', busy: true }));
  expect(onBuy).not.toHaveBeenCalled();
});

test('with too few coins there is the way to the store instead', () => {
  const onGetCoins = jest.fn();
  render(<PaywallGate {...ticket} balanceCoins={49} onGetCoins={onGetCoins} />);
  expect(screen.queryByRole('button', { name: /Watch/ })).toBeNull();
  expect(screen.getByText('50 coins')).toBeTruthy();
  fireEvent.press(screen.getByRole('button', { name: 'Get coins' }));
  expect(onGetCoins).toHaveBeenCalledTimes(1);
});

test('exactly enough is enough', () => {
  render(<PaywallGate {...ticket} balanceCoins={50} />);
  expect(screen.getByRole('button', { name: 'Watch for 50 coins' })).toBeTruthy();
});

test('what is for subscribers leads to the subscription', () => {
  const onSubscribe = jest.fn();
  render(<PaywallGate {...none} lock={{ lock: 'subscribe' }} title="Rehearsal" onSubscribe={onSubscribe} />);
  expect(screen.getByRole('header', { name: 'Rehearsal' })).toBeTruthy();
  fireEvent.press(screen.getByRole('button', { name: 'Subscribe' }));
  expect(onSubscribe).toHaveBeenCalledTimes(1);
});

test('where every place is taken, trying again is all there is', () => {
  const onRetry = jest.fn();
  render(<PaywallGate {...none} lock={{ lock: 'full' }} title="Concert" onRetry={onRetry} />);
  fireEvent.press(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test('who is banned is told so, without a button or a reason', () => {
  render(<PaywallGate {...none} lock={{ lock: 'banned' }} title="Concert" />);
  expect(screen.getByText('This broadcast is not available to you')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
