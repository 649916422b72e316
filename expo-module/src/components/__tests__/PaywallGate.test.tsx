import { fireEvent, render, screen } from '@testing-library/react-native';

import { PaywallGate } from '../PaywallGate';

const ticket = { access: 'purchase', title: 'Concert', priceCoins: 50 } as const;

test('the price is on the button, and buying agrees to exactly that price', () => {
  const onBuy = jest.fn();
  render(<PaywallGate {...ticket} balanceCoins={500} onBuy={onBuy} onGetCoins={jest.fn()} />);
  expect(screen.getByText('You have 500 coins')).toBeTruthy();
  fireEvent.press(screen.getByRole('button', { name: 'Watch for 50 coins' }));
  expect(onBuy.mock.calls).toEqual([[50]]);
});

test('a purchase under way is not made twice', () => {
  const onBuy = jest.fn();
  render(<PaywallGate {...ticket} isPending onBuy={onBuy} onGetCoins={jest.fn()} />);
  fireEvent.press(screen.getByRole('button', { name: 'Watch for 50 coins', busy: true }));
  expect(onBuy).not.toHaveBeenCalled();
});

test('with too few coins there is the way to the store instead', () => {
  const onGetCoins = jest.fn();
  render(<PaywallGate {...ticket} balanceCoins={49} onBuy={jest.fn()} onGetCoins={onGetCoins} />);
  expect(screen.queryByRole('button', { name: /Watch/ })).toBeNull();
  expect(screen.getByText('50 coins')).toBeTruthy();
  fireEvent.press(screen.getByRole('button', { name: 'Get coins' }));
  expect(onGetCoins).toHaveBeenCalledTimes(1);
});

test('exactly enough is enough', () => {
  render(<PaywallGate {...ticket} balanceCoins={50} onBuy={jest.fn()} onGetCoins={jest.fn()} />);
  expect(screen.getByRole('button', { name: 'Watch for 50 coins' })).toBeTruthy();
});

test('what is for subscribers leads to the subscription', () => {
  const onSubscribe = jest.fn();
  render(<PaywallGate access="subscribe" title="Rehearsal" onSubscribe={onSubscribe} />);
  expect(screen.getByRole('header', { name: 'Rehearsal' })).toBeTruthy();
  fireEvent.press(screen.getByRole('button', { name: 'Subscribe' }));
  expect(onSubscribe).toHaveBeenCalledTimes(1);
});
