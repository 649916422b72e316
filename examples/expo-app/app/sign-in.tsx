import { Button } from '@ipelya/live';
import { useState } from 'react';

import { supabase } from '../src/supabase';
import { Card, Field, Problem, Screen, Words, useAction } from '../src/ui';

export default function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { isPending, problem, run } = useAction();

  const signIn = () =>
    run(async () => {
      const { error } = await supabase.auth.signInWithPassword({ email: email.trim(), password });
      if (error) throw error;
    });

  return (
    <Screen title="İpelya Live">
      <Words isQuiet>Broadcasts, audio rooms and calls. Sign in with one of the people of your backend.</Words>
      <Card>
        <Field
          label="E-mail"
          value={email}
          onChangeText={setEmail}
          placeholder="viewer@ipelya.test"
          keyboardType="email-address"
          autoComplete="email"
        />
        <Field
          label="Password"
          value={password}
          onChangeText={setPassword}
          placeholder="ipelya-viewer"
          secureTextEntry
          autoComplete="current-password"
          onSubmitEditing={signIn}
        />
        <Problem>{problem}</Problem>
        <Button label="Sign in" kind="accent" isPending={isPending} isDisabled={!email || !password} onPress={signIn} />
      </Card>
    </Screen>
  );
}
